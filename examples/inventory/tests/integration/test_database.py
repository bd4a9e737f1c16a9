"""With a real MongoDB."""
import os
from concurrent.futures import ThreadPoolExecutor

import pymongo
import pytest

from app import create_app

HOST = os.environ.get("MONGO_HOST", "")
pytestmark = pytest.mark.skipif(not HOST, reason="MONGO_HOST is not set")
SCREW = {"sku": "SCREW", "name": "Screw", "quantity": 10}


@pytest.fixture
def client(cache):
    database = pymongo.MongoClient(f"mongodb://{HOST}")["inventory-test"]
    database["items"].drop()
    return create_app(database=database, cache=cache).test_client()


def test_ready(client):
    assert client.get("/ready").json["database"] == "ok"


def test_many_who_take_one_take_no_more_than_there_are(client):
    client.post("/api/items", json=SCREW)

    def take(_):
        return client.application.test_client().post("/api/items/SCREW/moves", json={"change": -1})

    with ThreadPoolExecutor(8) as pool:
        codes = [answer.status_code for answer in pool.map(take, range(20))]
    assert (codes.count(200), codes.count(409)) == (10, 10)
    assert client.get("/api/items/SCREW").json["quantity"] == 0
