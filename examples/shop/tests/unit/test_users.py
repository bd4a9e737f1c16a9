from fastapi.testclient import TestClient

from shop.common import open_database
from shop.users import create_app, metadata

ADA = {"email": "ada@example.com", "name": "Ada"}


def test_a_user_registers_once():
    client = TestClient(create_app())
    assert client.post("/users", json=ADA).status_code == 201
    assert client.post("/users", json=ADA).status_code == 409
    assert client.get("/users/ada@example.com").json() == ADA


def test_who_is_nobody():
    client = TestClient(create_app())
    assert client.get("/users/bob@example.com").status_code == 404
    assert client.post("/users", json={**ADA, "email": "ada"}).status_code == 422


def test_users_stay_where_the_database_does(tmp_path):
    url = f"sqlite:///{tmp_path}/users.db"
    TestClient(create_app(open_database(metadata, url))).post("/users", json=ADA)
    again = TestClient(create_app(open_database(metadata, url)))
    assert again.get("/users/ada@example.com").json() == ADA


def test_health_without_a_database(tmp_path):
    engine = open_database(metadata, f"sqlite:///{tmp_path}/users.db")
    client = TestClient(create_app(engine))
    assert client.get("/health").status_code == 200
    (tmp_path / "users.db").unlink()
    engine.dispose()
    tmp_path.rmdir()
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "ill")
