"""What every service has: a database, health, and a trace id that goes from service to service."""
import logging
import os
import uuid
from contextvars import ContextVar
from typing import Any, Callable, Dict

import httpx
import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.pool import StaticPool

TRACE = "X-Trace-Id"
trace_id: ContextVar[str] = ContextVar("trace_id", default="-")
log = logging.getLogger("shop")


class WithTrace(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.trace = trace_id.get()
        return True


def set_up_logging(service: str) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(WithTrace())
    form = f"%(levelname)s service={service} trace=%(trace)s %(message)s"
    handler.setFormatter(logging.Formatter(form))
    log.handlers = [handler]
    log.setLevel(logging.INFO)


def open_database(metadata: sa.MetaData, url: str = "") -> sa.engine.Engine:
    """The database of DATABASE_URL with its tables; one in memory without it."""
    url = url or os.environ.get("DATABASE_URL", "")
    if url:
        engine = sa.create_engine(url, future=True, pool_pre_ping=True)
    else:
        engine = sa.create_engine(
            "sqlite://",
            future=True,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
    metadata.create_all(engine)
    return engine


def asks_database(engine: sa.engine.Engine) -> Callable[[], None]:
    def ask() -> None:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))

    return ask


def client_of(name: str) -> httpx.Client:
    """For another service, whose address NAME_URL holds."""
    return httpx.Client(base_url=os.environ.get(f"{name.upper()}_URL", ""), timeout=5)


def ask(client: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
    """Another service, on behalf of the same request."""
    return client.request(method, path, headers={TRACE: trace_id.get()}, **options)


def new_app(service: str, **checks: Callable[[], None]) -> FastAPI:
    """An application with /health, which is 503 while one of its checks fails."""
    set_up_logging(service)
    app = FastAPI(title=f"Shop: {service}")

    @app.middleware("http")
    async def trace(request: Request, call_next: Any) -> Any:
        given = request.headers.get(TRACE, "")
        trace_id.set(given if given.isalnum() and len(given) <= 32 else uuid.uuid4().hex)
        response = await call_next(request)
        response.headers[TRACE] = trace_id.get()
        log.info("%s %s %s", request.method, request.url.path, response.status_code)
        return response

    @app.get("/health")
    def health() -> JSONResponse:
        answer: Dict[str, str] = {"status": "ok", "service": service}
        for name, check in checks.items():
            try:
                check()
            except Exception as error:  # whatever the driver raises: it is ill
                answer.update({"status": "ill", name: str(error)})
        return JSONResponse(answer, 200 if answer["status"] == "ok" else 503)

    return app
