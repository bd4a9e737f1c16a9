import json
from unittest.mock import MagicMock

import httpx
import pytest
from fastapi.testclient import TestClient

from shop.events import HttpEvents, RabbitEvents
from shop.orders import create_app

ORDER = {"email": "ada@example.com", "lines": [{"sku": "TEA", "quantity": 2}]}


def others(request):
    """Users and catalog, as far as they matter here."""
    known = {"/users/ada@example.com": {}, "/products/TEA": {"cents": 350}}
    if request.url.path == "/products/BROKEN":
        return httpx.Response(500)
    if request.url.path == "/products/GONE":
        raise httpx.ConnectError("refused")
    if request.url.path in known:
        return httpx.Response(200, json=known[request.url.path])
    return httpx.Response(404, json={"detail": f"nothing at {request.url.path}"})


@pytest.fixture
def events():
    return MagicMock()


@pytest.fixture
def client(events):
    other = httpx.Client(base_url="http://other", transport=httpx.MockTransport(others))
    return TestClient(create_app(users=other, catalog=other, events=events))


def test_an_order_is_priced_kept_and_told(client, events):
    answer = client.post("/orders", json=ORDER)
    assert (answer.status_code, answer.json()["cents"]) == (201, 700)
    kept = client.get(f"/orders/{answer.json()['id']}").json()
    assert kept["lines"] == ORDER["lines"]
    events.send.assert_called_once_with({"event": "order.placed", **answer.json()})


def test_an_order_stays_although_nobody_could_be_told(client, events):
    events.send.side_effect = ConnectionError("gone")
    assert client.post("/orders", json=ORDER).status_code == 201


@pytest.mark.parametrize("sku, status", [("COFFEE", 422), ("BROKEN", 503), ("GONE", 503)])
def test_what_cannot_be_priced_is_not_ordered(client, events, sku, status):
    order = {**ORDER, "lines": [{"sku": sku, "quantity": 1}]}
    assert client.post("/orders", json=order).status_code == status
    events.send.assert_not_called()


def test_who_is_not_registered_orders_nothing(client):
    assert client.post("/orders", json={**ORDER, "email": "bob@example.com"}).status_code == 422
    assert client.get("/orders/1").status_code == 404


def test_events_over_rabbitmq():
    connect = MagicMock()
    RabbitEvents(connect).send({"id": 1})
    channel = connect().channel()
    (exchange, queue, body), _ = channel.basic_publish.call_args
    assert (exchange, queue, json.loads(body)["id"]) == ("", "orders", 1)
    connect().close.assert_called_once_with()


def test_events_over_http():
    sent = []

    def take(request):
        sent.append((request.url.path, json.loads(request.content)))
        return httpx.Response(202)

    client = httpx.Client(base_url="http://n", transport=httpx.MockTransport(take))
    HttpEvents(client).send({"id": 1})
    assert sent == [("/events", {"id": 1})]
