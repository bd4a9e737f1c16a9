"""The API server: HTTPS on loopback."""
import http.server
import json
import socket
import ssl
import struct
import threading
from urllib.parse import urlsplit

from . import kinds, routes, services, watches
from .errors import ApiError, NotCovered, bad_request
from .selection import labels_of, parse_fields, parse_labels

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
DONE = object()  # the handler has answered by itself


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, cluster):
        super().__init__(("127.0.0.1", 0), Handler)
        self.cluster = cluster
        self.stopping = threading.Event()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(cluster.certificate, cluster.key)

    def get_request(self):
        """The handshake belongs to the connection's own thread."""
        connection, address = super().get_request()
        return self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, address):
        pass  # a client that went away; what matters is in cluster.problems


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def _any(self):
        cluster = self.server.cluster
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        watch = "watch=true" in self.path or "watch=1" in self.path
        cluster.requests.append((self.command, self.path, self.headers.get("Content-Type", ""), self.body))
        fault = cluster.faults.strike(self.command, self.path, watch)
        try:
            if fault and fault.hang:
                cluster.faults.released.wait()
                self._reset()
                return
            if fault and fault.code:
                raise injected(fault)
            self._check_token(cluster)
            answer = self._answer(fault.watch_events if fault else -1)
            if answer is not DONE:
                self._send(201 if self.command == "POST" else 200, answer)
        except ApiError as error:
            self._send(error.code, error.status(), headers=error.headers)
        except NotCovered as missing:
            what = f"{self.command} {self.path}: {missing}"
            cluster.unknown.append(what)
            self._send(501, ApiError(501, "NotImplemented", f"the double does not cover {what}").status())
        except OSError:
            self.close_connection = True
        except Exception as problem:
            cluster.problem(problem)
            self._send(500, ApiError(500, "InternalError", f"a bug of the double: {problem!r}").status())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _any

    def _check_token(self, cluster):
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if cluster.token and given != cluster.token and not cluster.accepts(given):
            raise ApiError(401, "Unauthorized", "Unauthorized")

    def _send(self, code, answer, content_type="application/json", headers=None):
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode() + b"\n"
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _reset(self):
        """Breaks the connection as a crash would."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    # -- what is asked for

    def _answer(self, watch_events):
        path = urlsplit(self.path).path
        if found := self._discovery(path):
            return found
        route = routes.parse(self.path)
        if route.sub == "proxy":
            return self._proxy(route)
        if route.sub == "log":
            return self._logs(route)
        if self.command == "GET" and not route.name:
            return self._list(route, watch_events)
        return self._object(route)

    def _discovery(self, path):
        if self.command != "GET":
            return None
        if path in ("/api", "/apis"):
            if "as=APIGroupDiscoveryList" not in self.headers.get("Accept", ""):
                raise NotCovered("discovery that is not aggregated")
            self._send(200, kinds.aggregated(path == "/api"), AGGREGATED)
            return DONE
        if path == "/version":
            return {"major": "1", "minor": "32", "gitVersion": "v1.32.0", "platform": "linux/amd64"}
        if path in ("/healthz", "/livez", "/readyz"):
            self._send(200, b"ok", "text/plain")
            return DONE
        if path == "/openapi/v2":
            self._send(200, kinds.OPENAPI_V2, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
            return DONE
        if path == "/openapi/v3":
            return kinds.openapi_index()
        if path.startswith("/openapi/v3/"):
            group, _, version = path.partition("/openapi/v3/")[2].partition("/")[2].rpartition("/")
            return kinds.openapi(group, version)
        return None

    def _options(self, route):
        agent = self.headers.get("User-Agent", "unknown").partition("/")[0]
        return routes.Options(route.query, route.query.get("fieldManager") or agent,
                              self.headers.get("Content-Type", "").partition(";")[0])

    def _object(self, route):
        resources, kind = self.server.cluster.resources, route.kind
        options, where = self._options(route), (route.kind, route.namespace, route.name)
        if route.sub == "scale":
            return self._scale(where, options)
        if self.command == "GET":
            return self.server.cluster.store.get(*where)
        if self.command == "POST" and not route.name:
            return resources.create(kind, route.namespace, self._json(), options)
        if self.command == "PUT" and route.name:
            return resources.replace(*where, self._json(), options, route.sub)
        if self.command == "PATCH" and route.name:
            return resources.patch(*where, self.body, options, route.sub)
        if self.command == "DELETE" and not route.sub:
            body = self._json() if self.body else {}
            if route.name:
                return resources.delete(*where, body, options)
            for obj in self._selected(route):
                resources.delete(kind, route.namespace, obj["metadata"]["name"], body, options)
            return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
        raise NotCovered("verb")

    def _scale(self, where, options):
        resources = self.server.cluster.resources
        if self.command == "GET":
            return resources.scale_of(self.server.cluster.store.get(*where))
        if self.command == "PUT":
            wanted = self._json()
            return resources.scale(*where, lambda _: wanted, options)
        patch, kind = self._json(), options.content_type
        return resources.scale(*where, lambda now: resources._patched(now, patch, kind), options)

    def _json(self):
        if "protobuf" in self.headers.get("Content-Type", ""):
            raise NotCovered("protobuf")
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise bad_request(f"the object provided is unrecognized: {error}") from error

    # -- lists and watches

    def _selected(self, route):
        labels, fields = (parse_labels(route.query.get("labelSelector")),
                          parse_fields(route.query.get("fieldSelector")))
        wanted = lambda obj: labels(labels_of(obj)) and fields(obj)
        if route.name:
            raise NotCovered("a list below an object")
        return filter(wanted, self.server.cluster.store.list(route.kind, route.namespace))

    def _list(self, route, watch_events):
        store = self.server.cluster.store
        if route.query.get("watch") in ("true", "1"):
            labels, fields = (parse_labels(route.query.get("labelSelector")),
                              parse_fields(route.query.get("fieldSelector")))
            wanted = lambda obj: labels(labels_of(obj)) and fields(obj)
            watches.serve(self, route, wanted, watch_events)
            return DONE
        with store.changed:
            version, items = store.version, list(self._selected(route))
        for item in items:
            del item["kind"], item["apiVersion"]
        return {"kind": f"{route.kind.kind}List", "apiVersion": route.kind.api_version,
                "metadata": {"resourceVersion": str(version)}, "items": items}

    # -- pods and services

    def _logs(self, route):
        cluster = self.server.cluster
        pod = cluster.store.get(route.kind, route.namespace, route.name)
        if route.query.get("follow") == "true":
            watches.follow_logs(self, pod, route.query.get("container"))
        else:
            lines = cluster.logs(pod, route.query.get("container")).splitlines(True)
            tail = route.query.get("tailLines")
            self._send(200, b"".join(lines[-int(tail):] if tail else lines), "text/plain")
        return DONE

    def _proxy(self, route):
        query = urlsplit(self.path).query
        path = (route.rest or "/") + (f"?{query}" if query else "")
        request = (self.command, path, dict(self.headers.items()), self.body)
        status, headers, body = services.proxy(self.server.cluster.store, route.namespace, route.name,
                                               request)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return DONE


def injected(fault):
    reason = {429: "TooManyRequests", 401: "Unauthorized", 403: "Forbidden",
              503: "ServiceUnavailable"}.get(fault.code, "InternalError")
    text = {429: "the server has received too many requests and has asked us to try again later",
            401: "Unauthorized"}.get(fault.code, "an error on the server (\"injected\") has prevented the "
                                                 "request from succeeding")
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
    return ApiError(fault.code, reason, text, headers=headers)
