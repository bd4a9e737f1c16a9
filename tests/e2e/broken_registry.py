"""What stands between docker and a registry, and does what registries now and then do."""
import http.server
import re
import socket
import struct
import threading
import urllib.error
import urllib.request


class BrokenRegistry(http.server.ThreadingHTTPServer):
    """Passes everything on to a registry, but for the first requests that `match`, as many as `failures` (-1:
    all), by default uploads of manifests: they are answered with the status `how`, or it is "reset" or "hang".
    `after_manifest(name)` is called once a manifest was taken."""

    daemon_threads = True

    def __init__(self, upstream="", failures=0, after_manifest=lambda name: None, how=503,
                 match=r"PUT .*/manifests/"):
        self.upstream, self.failures, self.after_manifest = upstream, failures, after_manifest
        self.how, self.match = how, match
        self.released = threading.Event()
        super().__init__(("127.0.0.1", 0), _Pass)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def strikes(self, request):
        if self.failures == 0 or not re.search(self.match, request):
            return False
        self.failures -= 1
        return True

    def handle_error(self, *_):
        """Of a connection that it has broken itself."""

    def stop(self):
        self.released.set()
        self.shutdown()
        self.server_close()

    @property
    def name(self):
        return f"127.0.0.1:{self.server_address[1]}"


class _Pass(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self):
        # Docker tries TLS first, and plain HTTP when it is answered like this.
        if self.connection.recv(1, socket.MSG_PEEK) == b"\x16":
            self.connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        else:
            super().handle()

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                body += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    break
        server = self.server
        names = self.command == "PUT" and "/manifests/" in self.path
        if server.strikes(f"{self.command} {self.path}"):
            return self.fail(server.how)
        if self.path == "/v2/" and not server.upstream:
            return self.answer(200, {}, b"")
        # A name may stand on several lines, as Accept does: each of them counts.
        headers = {k: ", ".join(self.headers.get_all(k)) for k in self.headers
                   if k.lower() not in ("host", "content-length", "transfer-encoding", "connection")}
        headers["Host"] = server.name
        headers.setdefault("Content-Type", "application/octet-stream")
        request = urllib.request.Request(f"http://{server.upstream}{self.path}", data=body or None,
                                         method=self.command, headers=headers)
        try:
            with urllib.request.urlopen(request) as reply:
                if names:
                    server.after_manifest(self.path.rpartition("/")[2])
                self.answer(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            self.answer(error.code, error.headers, error.read())

    def fail(self, how):
        self.close_connection = True
        if isinstance(how, int):
            self.answer(how, {"Retry-After": "1"} if how == 429 else {}, b"")
        elif how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()
            raise ConnectionResetError
        else:
            self.server.released.wait()

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any

    def answer(self, status, headers, body):
        self.send_response(status)
        for key, value in headers.items():
            if key.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                self.send_header(key, value)
        length = headers.get("Content-Length") if self.command == "HEAD" else len(body)
        self.send_header("Content-Length", str(length or 0))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args):
        pass
