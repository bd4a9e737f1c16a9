"""With a real Redis."""
import os

import pytest
import redis

from app import create_app

URL = os.environ.get("REDIS_URL", "")
pytestmark = pytest.mark.skipif(not URL, reason="REDIS_URL is not set")


@pytest.fixture
def real():
    cache = redis.Redis.from_url(URL)
    cache.flushdb()
    return cache


@pytest.fixture
def client(database, real):
    return create_app(database=database, cache=real).test_client()


def test_ready(client):
    assert client.get("/ready").json["cache"] == "ok"


def test_an_item_is_kept_for_a_while(client, real):
    client.post("/api/items", json={"sku": "NUT", "name": "Nut", "quantity": 1})
    client.get("/api/items/NUT")
    assert 0 < real.ttl("item:NUT") <= 60


def test_a_move_forgets_it(client, real):
    client.post("/api/items", json={"sku": "NUT", "name": "Nut", "quantity": 1})
    client.get("/api/items/NUT")
    client.post("/api/items/NUT/moves", json={"change": 1})
    assert real.get("item:NUT") is None
