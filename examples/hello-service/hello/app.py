"""The service: what it answers, and the server around it."""
import html
import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LONGEST_NAME = 100


class BadRequest(Exception):
    """The caller asked for something that makes no sense."""


def greeting(name):
    """The greeting of one person."""
    name = name.strip()
    if not name:
        raise BadRequest("name is empty")
    if len(name) > LONGEST_NAME:
        raise BadRequest(f"name is longer than {LONGEST_NAME} characters")
    return f"Hello, {html.escape(name)}!"


class Service:
    """Answers requests; knows nothing of sockets."""

    def __init__(self, version, ready=True):
        self.version = version
        self.ready = ready

    def answer(self, target):
        """Status and body for the target of a GET request."""
        url = urlsplit(target)
        routes = {"/health": self._health, "/ready": self._ready, "/greet": self._greet}
        route = routes.get(url.path)
        if route is None:
            return HTTPStatus.NOT_FOUND, {"error": "not found"}
        try:
            return route(parse_qs(url.query))
        except BadRequest as error:
            return HTTPStatus.BAD_REQUEST, {"error": str(error)}

    def _health(self, _query):
        return HTTPStatus.OK, {"status": "ok"}

    def _ready(self, _query):
        if not self.ready:
            return HTTPStatus.SERVICE_UNAVAILABLE, {"status": "starting", "version": self.version}
        return HTTPStatus.OK, {"status": "ready", "version": self.version}

    def _greet(self, query):
        return HTTPStatus.OK, {"greeting": greeting(query.get("name", ["world"])[0])}


def make_server(service, host, port):
    """A server that listens; port 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        """Hands GET requests to the service."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):  # noqa: N802, the name is given by the library
            """Answers one request."""
            status, body = service.answer(self.path)
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format, *args):  # pylint: disable=redefined-builtin
            """Health checks would fill the log."""

    return ThreadingHTTPServer((host, port), Handler)
