"""What buyers are told. Messages are kept in Redis, or in memory where there is none."""
import json
import os
import threading
import time
from collections import defaultdict
from typing import Any, Callable, DefaultDict, Dict, List

from fastapi import FastAPI
from pydantic import BaseModel

from .common import log, new_app, trace_id
from .events import QUEUE, rabbit

KEPT = 100
PAUSE_S = 1.0


class Event(BaseModel):
    event: str
    id: int
    email: str
    cents: int
    trace: str = "-"


class MemoryMessages:
    def __init__(self) -> None:
        self._kept: DefaultDict[str, List[str]] = defaultdict(list)

    def ping(self) -> None:
        """Memory is always there."""

    def add(self, email: str, text: str) -> None:
        self._kept[email] = [text, *self._kept[email]][:KEPT]

    def of(self, email: str) -> List[str]:
        return self._kept.get(email, [])


class RedisMessages:
    def __init__(self, client: Any) -> None:
        self._client = client

    def ping(self) -> None:
        self._client.ping()

    def add(self, email: str, text: str) -> None:
        self._client.lpush(f"messages:{email}", text)
        self._client.ltrim(f"messages:{email}", 0, KEPT - 1)

    def of(self, email: str) -> List[str]:
        return [text.decode() for text in self._client.lrange(f"messages:{email}", 0, -1)]


def open_messages(url: str) -> Any:
    if not url:
        return MemoryMessages()
    import redis

    return RedisMessages(redis.Redis.from_url(url, socket_timeout=2))


def consume(connect: Callable[[], Any], take: Callable[[Event], None]) -> None:
    """Takes events from the queue until the connection breaks."""
    connection = connect()
    channel = connection.channel()
    channel.queue_declare(QUEUE, durable=True)
    for method, _, body in channel.consume(QUEUE):
        take(Event(**json.loads(body)))
        channel.basic_ack(method.delivery_tag)


def consume_for_ever(connect: Callable[[], Any], take: Callable[[Event], None]) -> None:
    while True:
        try:
            consume(connect, take)
        except Exception as error:  # whatever the driver raises: try again
            log.warning("the queue cannot be read: %s", error)
        time.sleep(PAUSE_S)


def create_app(messages: Any = None) -> FastAPI:
    kept = messages or open_messages(os.environ.get("REDIS_URL", ""))
    app = new_app("notifications", messages=kept.ping)

    def take(event: Event) -> None:
        if event.trace != "-":
            trace_id.set(event.trace)
        kept.add(event.email, f"Order {event.id} over {event.cents / 100:.2f} was placed.")
        log.info("told %s of order %s", event.email, event.id)

    @app.post("/events", status_code=202)
    def event(body: Event) -> Dict[str, str]:
        take(body)
        return {"status": "taken"}

    @app.get("/messages/{email}")
    def messages_of(email: str) -> List[str]:
        found: List[str] = kept.of(email)
        return found

    url = os.environ.get("AMQP_URL", "")
    if url:
        reader = threading.Thread(target=consume_for_ever, args=(rabbit(url), take), daemon=True)
        reader.start()
    return app
