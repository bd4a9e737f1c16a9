"""Results that were computed before: in Redis, or in memory where there is none."""
import json
import logging
from collections import OrderedDict
from typing import Any, Dict, Optional

log = logging.getLogger(__name__)

Result = Dict[str, Any]
SECONDS = 3600
PATIENCE_S = 1.0


class MemoryCache:
    backend = "memory"

    def __init__(self, limit: int = 256) -> None:
        self._kept: "OrderedDict[str, Result]" = OrderedDict()
        self._limit = limit

    def ping(self) -> None:
        """Memory is always there."""

    def get(self, key: str) -> Optional[Result]:
        return self._kept.get(key)

    def put(self, key: str, result: Result) -> None:
        self._kept[key] = result
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)


class RedisCache:
    """Redis. While it does not answer, everything is computed anew."""

    backend = "redis"

    def __init__(self, client: Any) -> None:
        self._client = client

    def ping(self) -> None:
        self._client.ping()

    def get(self, key: str) -> Optional[Result]:
        try:
            found = self._client.get(key)
        except Exception as error:  # whatever the driver raises: the answer goes on
            log.warning("cache not read: %s", error)
            return None
        return json.loads(found) if found else None

    def put(self, key: str, result: Result) -> None:
        try:
            self._client.set(key, json.dumps(result), ex=SECONDS)
        except Exception as error:  # as above
            log.warning("cache not written: %s", error)


def open_cache(url: str) -> Any:
    """The cache of this URL; memory without one, or without the driver."""
    if not url:
        return MemoryCache()
    try:
        import redis
    except ImportError:
        log.warning("redis is not installed: results are cached in memory")
        return MemoryCache()
    client = redis.Redis.from_url(url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)
    return RedisCache(client)
