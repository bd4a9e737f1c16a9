import pymongo

from app import create_app


def test_health_tells_the_version(client):
    assert client.get("/health").json == {"status": "healthy", "version": "1.2.3"}


def test_ready(client):
    answer = client.get("/ready")
    assert answer.json == {"status": "ready", "database": "ok", "cache": "ok"}


def test_not_ready_without_a_cache(client, server):
    server.connected = False
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert (answer.json["database"], answer.json["status"]) == ("ok", "not ready")
    assert answer.json["cache"] != "ok"


def test_without_a_database(cache):
    database = pymongo.MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=1)["inventory"]
    client = create_app(database=database, cache=cache).test_client()
    assert client.get("/health").status_code == 200
    assert "127.0.0.1:1" in client.get("/ready").json["database"]
    assert client.get("/api/items").status_code == 503
    assert b"inventory_database_errors_total 1.0" in client.get("/metrics").data


def test_metrics_count_requests(client):
    client.get("/nowhere")
    assert b'inventory_requests_total{method="GET",status="404"}' in client.get("/metrics").data
