import fakeredis
import mongomock
import pytest

from app import create_app
from app.config import Config


@pytest.fixture
def server():
    return fakeredis.FakeServer()


@pytest.fixture
def cache(server):
    return fakeredis.FakeRedis(server=server)


@pytest.fixture
def database():
    return mongomock.MongoClient()["inventory"]


@pytest.fixture
def client(database, cache):
    return create_app(Config(version="1.2.3"), database, cache).test_client()
