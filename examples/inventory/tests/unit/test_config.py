from app import backends
from app.config import Config


def test_defaults():
    assert Config.load({}) == Config()


def test_a_password_from_a_file(tmp_path):
    (tmp_path / "password").write_text("p@ss/word\n")
    config = Config.load(
        {
            "MONGO_USER": "inventory",
            "MONGO_PASSWORD_FILE": str(tmp_path / "password"),
            "MONGO_HOST": "mongo:27017",
            "CACHE_SECONDS": "5",
        }
    )
    assert config.mongo_url == (
        "mongodb://inventory:p%40ss%2Fword@mongo:27017/inventory?authSource=admin"
    )
    assert config.cache_seconds == 5


def test_nothing_is_connected_to_before_it_is_used():
    assert backends.open_database("mongodb://127.0.0.1:1/inventory").name == "inventory"
    assert backends.open_cache("redis://127.0.0.1:1/0")
