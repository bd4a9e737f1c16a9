"""Where simulations are kept: MongoDB, or memory where there is none."""
import logging
import threading
from typing import Any, Dict, List

log = logging.getLogger(__name__)

Document = Dict[str, Any]
PATIENCE_MS = 1000


class MemoryStore:
    backend = "memory"

    def __init__(self, limit: int = 1000) -> None:
        self._kept: List[Document] = []
        self._limit = limit
        self._lock = threading.Lock()

    def ping(self) -> None:
        """Memory is always there."""

    def add(self, document: Document) -> None:
        with self._lock:
            self._kept = [*self._kept, dict(document)][-self._limit :]

    def latest(self, count: int) -> List[Document]:
        with self._lock:
            return [dict(document) for document in reversed(self._kept[-count:])]


class MongoStore:
    backend = "mongodb"

    def __init__(self, client: Any) -> None:
        self._client = client
        self._simulations = client["simulator"]["simulations"]

    def ping(self) -> None:
        self._client.admin.command("ping")

    def add(self, document: Document) -> None:
        self._simulations.insert_one(dict(document))

    def latest(self, count: int) -> List[Document]:
        found = self._simulations.find({}, {"_id": 0})
        return list(found.sort("_id", -1).limit(count))


class FallbackStore:
    """MongoDB while it answers, memory while it does not: a query never fails for its sake."""

    def __init__(self, first: MongoStore) -> None:
        self._first = first
        self._second = MemoryStore()
        self.backend = first.backend

    def ping(self) -> None:
        self._first.ping()

    def add(self, document: Document) -> None:
        try:
            self._first.add(document)
        except Exception as error:  # whatever the driver raises: the answer goes on
            log.warning("kept in memory: %s", error)
            self._second.add(document)

    def latest(self, count: int) -> List[Document]:
        try:
            return self._first.latest(count)
        except Exception as error:  # as above
            log.warning("read from memory: %s", error)
            return self._second.latest(count)


def open_store(url: str) -> Any:
    """The store of this URL; memory without one, or without the driver."""
    if not url:
        return MemoryStore()
    try:
        import pymongo
    except ImportError:
        log.warning("pymongo is not installed: simulations are kept in memory")
        return MemoryStore()
    client = pymongo.MongoClient(url, serverSelectionTimeoutMS=PATIENCE_MS)
    return FallbackStore(MongoStore(client))
