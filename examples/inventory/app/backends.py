"""The database and the cache. Neither is connected to before it is used."""
from typing import Any

import pymongo
import redis

PATIENCE_S = 2.0


def open_database(url: str) -> Any:
    client: Any = pymongo.MongoClient(url, serverSelectionTimeoutMS=int(PATIENCE_S * 1000))
    return client.get_database("inventory")


def open_cache(url: str) -> Any:
    return redis.Redis.from_url(url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)
