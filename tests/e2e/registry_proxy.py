"""A registry of images with faults: it passes on to a real one what it does not answer itself."""
import base64
import http.server
import json
import socket
import threading
import urllib.error
import urllib.request

from registry_case import PASSWORD

NOT_PASSED_ON = ("host", "content-length", "transfer-encoding", "connection")


class RegistryProxy(http.server.ThreadingHTTPServer):
    """The first manifests, as many as `failures`, are answered with 503; `after_manifest(name)` is called once
    one was taken. `fault` may answer a request, given its method and path, with a status. With `token`
    everything wants that token, which is had for a password. `asked` are the requests. A fault that is
    ("done", status) is passed on, and answered so all the same."""

    daemon_threads = True

    def __init__(self, upstream, failures=0, after_manifest=lambda name: None, handler=None):
        self.upstream, self.failures, self.after_manifest = upstream, failures, after_manifest
        self.fault, self.token, self.asked = None, None, []
        super().__init__(("127.0.0.1", 0), handler or Pass)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()

    @property
    def name(self):
        return f"127.0.0.1:{self.server_address[1]}"


class Pass(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self):
        # Docker tries TLS first, and plain HTTP when it is answered like this.
        if self.connection.recv(1, socket.MSG_PEEK) == b"\x16":
            self.connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        else:
            super().handle()

    def body(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                body += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    break
        return body

    def handle_any(self):
        body, server = self.body(), self.server
        server.asked.append(f"{self.command} {self.path}")
        if server.token and not self.is_let_in():
            return None
        status = server.fault(self.command, self.path) if server.fault else None
        if self.is_manifest() and server.failures > 0:
            server.failures -= 1
            status = 503
        if isinstance(status, tuple):
            self.ask(body)
            status = status[1]
        return self.fail(status) if status else self.answer(*self.ask(body))

    def fail(self, status):
        self.answer(status, {}, b"{}")

    def is_manifest(self):
        return self.command == "PUT" and "/manifests/" in self.path

    def is_let_in(self):
        """With the token; else it is told how to get one, or gets it."""
        if self.path.startswith("/token"):
            wanted = "Basic " + base64.b64encode(f"robot:{PASSWORD}".encode()).decode()
            right = self.headers.get("Authorization") == wanted
            self.answer(200 if right else 401, {},
                        json.dumps({"token": self.server.token} if right else {}).encode())
            return False
        if self.headers.get("Authorization") == f"Bearer {self.server.token}":
            return True
        realm = f'Bearer realm="http://{self.server.name}/token",service="shop registry"'
        self.answer(401, {"WWW-Authenticate": realm}, b"{}")
        return False

    def ask(self, body):
        """What the registry answers."""
        # A name may stand on several lines, as Accept does: each of them counts.
        headers = {k: ", ".join(self.headers.get_all(k)) for k in self.headers
                   if k.lower() not in NOT_PASSED_ON}
        if self.server.token:
            headers.pop("Authorization", None)
        headers["Host"] = self.server.name
        headers.setdefault("Content-Type", "application/octet-stream")
        request = urllib.request.Request(f"http://{self.server.upstream}{self.path}", data=body or None,
                                         method=self.command, headers=headers)
        try:
            with urllib.request.urlopen(request) as reply:
                if self.is_manifest():
                    self.server.after_manifest(self.path.rpartition("/")[2])
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any

    def answer(self, status, headers, body):
        self.send_response(status)
        for key, value in headers.items():
            if key.lower() not in (*NOT_PASSED_ON, "date"):
                self.send_header(key, value)
        length = headers.get("Content-Length") if self.command == "HEAD" else len(body)
        self.send_header("Content-Length", str(length or 0))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args):
        pass
