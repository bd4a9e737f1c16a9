import json
from unittest.mock import MagicMock

import fakeredis
import pytest
from fastapi.testclient import TestClient

from shop import notifications
from shop.notifications import MemoryMessages, RedisMessages

EVENT = {"event": "order.placed", "id": 7, "email": "ada@example.com", "cents": 1250}
TEXT = "Order 7 over 12.50 was placed."


@pytest.mark.parametrize("make", [MemoryMessages, lambda: RedisMessages(fakeredis.FakeRedis())])
def test_a_buyer_is_told(make):
    client = TestClient(notifications.create_app(make()))
    assert client.post("/events", json=EVENT).status_code == 202
    assert client.get("/messages/ada@example.com").json() == [TEXT]
    assert client.get("/messages/bob@example.com").json() == []
    assert client.get("/health").status_code == 200


def test_what_is_no_event_is_refused():
    client = TestClient(notifications.create_app())
    assert client.post("/events", json={**EVENT, "id": "x"}).status_code == 422


def test_without_redis_it_is_ill():
    server = fakeredis.FakeServer()
    server.connected = False
    client = TestClient(notifications.create_app(RedisMessages(fakeredis.FakeRedis(server=server))))
    assert client.get("/health").status_code == 503


def test_events_from_the_queue_are_taken_and_acknowledged():
    connect, taken = MagicMock(), []
    channel = connect().channel()
    body = json.dumps({**EVENT, "trace": "abc"}).encode()
    channel.consume.return_value = [(MagicMock(delivery_tag=3), None, body)]
    notifications.consume(connect, taken.append)
    assert [(event.id, event.trace) for event in taken] == [(7, "abc")]
    channel.basic_ack.assert_called_once_with(3)
