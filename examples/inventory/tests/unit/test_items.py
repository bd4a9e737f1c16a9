import pytest

BOLT = {"sku": "BOLT-8", "name": "Bolt, 8 mm", "quantity": 5}


@pytest.fixture
def bolts(client):
    assert client.post("/api/items", json=BOLT).status_code == 201
    return client


def test_an_item_is_added_and_found(bolts):
    assert bolts.get("/api/items").json == [BOLT]
    assert bolts.get("/api/items/BOLT-8").json == BOLT


def test_an_item_is_there_once(bolts):
    assert bolts.post("/api/items", json=BOLT).status_code == 409


@pytest.mark.parametrize(
    "change",
    [{"sku": "bolt"}, {"sku": 7}, {"name": " "}, {"quantity": -1}, {"quantity": "5"}],
)
def test_what_is_no_item_is_refused(client, change):
    answer = client.post("/api/items", json={**BOLT, **change})
    assert answer.status_code == 400
    assert next(iter(change)) in answer.json["error"]


@pytest.mark.parametrize("body", [None, [], "text"])
def test_what_is_no_object_is_refused(client, body):
    assert client.post("/api/items", json=body).status_code == 400
    assert client.post("/api/items/BOLT-8/moves", json=body).status_code == 400


def test_stock_moves_and_never_below_zero(bolts):
    assert bolts.post("/api/items/BOLT-8/moves", json={"change": -5}).json["quantity"] == 0
    answer = bolts.post("/api/items/BOLT-8/moves", json={"change": -1})
    assert (answer.status_code, answer.json["error"]) == (
        409,
        "not so many of BOLT-8 are in stock",
    )
    assert bolts.post("/api/items/BOLT-8/moves", json={"change": 3}).json["quantity"] == 3


def test_the_cache_never_tells_an_old_quantity(bolts):
    assert bolts.get("/api/items/BOLT-8").json["quantity"] == 5
    bolts.post("/api/items/BOLT-8/moves", json={"change": 1})
    assert bolts.get("/api/items/BOLT-8").json["quantity"] == 6


def test_the_second_answer_comes_from_the_cache(bolts, database):
    bolts.get("/api/items/BOLT-8")
    database["items"].delete_many({})
    assert bolts.get("/api/items/BOLT-8").json == BOLT


def test_without_a_cache_it_goes_on(bolts, server):
    server.connected = False
    assert bolts.get("/api/items/BOLT-8").json == BOLT


def test_what_is_removed_is_gone(bolts):
    assert bolts.delete("/api/items/BOLT-8").status_code == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/moves")):
        answer = bolts.open("/api/items/BOLT-8" + path, method=method, json={"change": 1})
        assert answer.status_code == 404
