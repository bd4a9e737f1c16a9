"""Between a client and its server: proxies that count, cut, hang and change what passes."""

import contextlib
import socket
import socketserver
import threading


class Proxy:
    """Passes TCP on to a server. `limit`: bytes from the server after which it cuts the
    connection, or with `hang` passes nothing on any more. Counts over all its connections.
    `rewrite`: what to put in place of what (of the same length) in the server's bytes."""

    def __init__(self, target, limit=None, hang=False, rewrite=None):
        self.target, self.limit, self.hang, self.rewrite = target, limit, hang, rewrite
        self.received = 0
        self.reached = threading.Event()  # the limit
        self._closing = threading.Event()
        self._lock = threading.Lock()
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                proxy._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _serve(self, client):
        with contextlib.suppress(OSError), \
                socket.create_connection(("127.0.0.1", self.target)) as server:
            upward = threading.Thread(target=self._pump, args=(client, server), daemon=True)
            upward.start()
            self._downward(server, client)
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def _allowance(self, size):
        with self._lock:
            allowed = size if self.limit is None else min(size, max(0, self.limit - self.received))
            self.received += allowed
            return allowed

    def _downward(self, server, client):
        while data := server.recv(16384):
            if self.rewrite:
                data = data.replace(*self.rewrite)
            allowed = self._allowance(len(data))
            client.sendall(data[:allowed])
            if allowed < len(data):
                self.reached.set()
                if self.hang:
                    self._closing.wait()
                return
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_WR)


class HttpProxy(Proxy):
    """A web proxy that only knows CONNECT; to whatever was asked for."""

    def __init__(self):
        super().__init__(None)
        self.asked = []

    def _serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(1)
            if not piece:
                return
            head += piece
        method, where, _ = head.decode().split(" ", 2)
        self.asked.append((method, where, head.decode()))
        if method != "CONNECT":
            client.sendall(b"HTTP/1.1 405 Only CONNECT\r\nContent-Length: 0\r\n\r\n")
            return
        port = int(where.rsplit(":", 1)[1])
        with contextlib.suppress(OSError), \
                socket.create_connection(("127.0.0.1", port)) as server:
            client.sendall(b"HTTP/1.1 200 Go on\r\n\r\n")
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
            self._downward(server, client)


class Babbler(Proxy):
    """Says the same to whoever connects, `times` over, and hangs up."""

    def __init__(self, words, times=1):
        super().__init__(None)
        self.words, self.times = words, times

    def _serve(self, client):
        with contextlib.suppress(OSError):
            for _ in range(self.times):
                client.sendall(self.words)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass
