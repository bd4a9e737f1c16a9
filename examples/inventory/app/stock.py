"""Items in MongoDB, with Redis in front of single ones."""
import json
import logging
from typing import Any, Callable, Dict, List, Optional, TypeVar

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError
from redis import RedisError

log = logging.getLogger(__name__)

Item = Dict[str, Any]
T = TypeVar("T")
HIDDEN = {"_id": 0}


class Taken(Exception):
    """There is an item with this SKU."""


class TooFew(Exception):
    """Not so many are in stock."""


class Stock:
    def __init__(self, database: Any, cache: Any, cache_seconds: int = 60) -> None:
        self._database = database
        self._items = database["items"]
        self._cache = cache
        self._cache_seconds = cache_seconds

    def ping_database(self) -> None:
        self._database.client.server_info()

    def ping_cache(self) -> None:
        self._cache.ping()

    def _try_cache(self, use: Callable[[], T]) -> Optional[T]:
        """Without the cache everything goes on, only slower."""
        try:
            return use()
        except RedisError as error:
            log.warning("cache: %s", error)
            return None

    def _forget(self, sku: str) -> None:
        self._try_cache(lambda: self._cache.delete(f"item:{sku}"))

    def all(self) -> List[Item]:
        return list(self._items.find({}, HIDDEN).sort("_id", 1))

    def get(self, sku: str) -> Optional[Item]:
        cached = self._try_cache(lambda: self._cache.get(f"item:{sku}"))
        if cached:
            found: Item = json.loads(cached)
            return found
        item: Optional[Item] = self._items.find_one({"_id": sku}, HIDDEN)
        if item is not None:
            text = json.dumps(item)
            self._try_cache(lambda: self._cache.set(f"item:{sku}", text, ex=self._cache_seconds))
        return item

    def add(self, item: Item) -> None:
        try:
            self._items.insert_one({"_id": item["sku"], **item})
        except DuplicateKeyError:
            raise Taken(item["sku"]) from None
        self._forget(item["sku"])

    def move(self, sku: str, change: int) -> Optional[Item]:
        """Adds or takes away so many in one step; None where there is no such item."""
        wanted: Dict[str, Any] = {"_id": sku}
        if change < 0:
            wanted["quantity"] = {"$gte": -change}
        item: Optional[Item] = self._items.find_one_and_update(
            wanted,
            {"$inc": {"quantity": change}},
            return_document=ReturnDocument.AFTER,
        )
        if item is None and self._items.find_one({"_id": sku}) is not None:
            raise TooFew(sku)
        self._forget(sku)
        return item and {key: value for key, value in item.items() if key not in HIDDEN}

    def remove(self, sku: str) -> bool:
        removed = self._items.delete_one({"_id": sku}).deleted_count == 1
        self._forget(sku)
        return removed
