import pytest
from fastapi.testclient import TestClient

from shop.catalog import create_app

TEA = {"sku": "TEA", "name": "Tea", "cents": 350}


@pytest.fixture
def client():
    return TestClient(create_app())


def test_a_product_is_added_and_found(client):
    assert client.post("/products", json=TEA).status_code == 201
    assert client.get("/products/TEA").json() == TEA
    assert client.get("/products").json() == [TEA]


def test_a_product_is_there_once(client):
    client.post("/products", json=TEA)
    assert client.post("/products", json=TEA).status_code == 409


@pytest.mark.parametrize("change", [{"sku": "tea"}, {"name": ""}, {"cents": -1}])
def test_what_is_no_product_is_refused(client, change):
    assert client.post("/products", json={**TEA, **change}).status_code == 422


def test_what_is_not_there(client):
    assert client.get("/products/COFFEE").status_code == 404


def test_health(client):
    assert client.get("/health").json() == {"status": "ok", "service": "catalog"}


@pytest.mark.parametrize("given, kept", [("abc123", True), ("a b", False), ("x" * 99, False)])
def test_a_trace_goes_on(client, given, kept):
    answer = client.get("/products", headers={"X-Trace-Id": given})
    assert (answer.headers["X-Trace-Id"] == given) is kept
