"""/metrics, for Prometheus."""
import time
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

REQUESTS = Counter("inventory_requests", "Requests", ["method", "status"])
LATENCY = Histogram("inventory_request_seconds", "How long an answer takes", ["method"])
DATABASE_ERRORS = Counter("inventory_database_errors", "Answers without a database")


def began() -> None:
    g.began = time.perf_counter()


def ended(response: Response) -> Response:
    LATENCY.labels(request.method).observe(time.perf_counter() - g.began)
    REQUESTS.labels(request.method, str(response.status_code)).inc()
    return response


def metrics() -> Any:
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def register(app: Flask) -> None:
    app.before_request(began)
    app.after_request(ended)
    app.add_url_rule("/metrics", view_func=metrics)
