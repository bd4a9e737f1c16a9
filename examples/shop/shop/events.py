"""What orders tell notifications: over RabbitMQ, or over HTTP where there is none."""
import json
import os
from typing import Any, Callable, Dict

import httpx

from .common import ask, client_of, trace_id

Event = Dict[str, Any]
QUEUE = "orders"


class HttpEvents:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def send(self, event: Event) -> None:
        ask(self._client, "POST", "/events", json=event).raise_for_status()


class RabbitEvents:
    """A connection for each event: orders are rare, and one that was kept may have gone."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    def send(self, event: Event) -> None:
        connection = self._connect()
        try:
            channel = connection.channel()
            channel.queue_declare(QUEUE, durable=True)
            body = json.dumps({**event, "trace": trace_id.get()}).encode()
            channel.basic_publish("", QUEUE, body)
        finally:
            connection.close()


def rabbit(url: str) -> Callable[[], Any]:
    import pika

    return lambda: pika.BlockingConnection(pika.URLParameters(url))


def open_events() -> Any:
    url = os.environ.get("AMQP_URL", "")
    return RabbitEvents(rabbit(url)) if url else HttpEvents(client_of("notifications"))
