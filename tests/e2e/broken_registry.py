"""What stands between docker and a registry, and does what registries now and then do."""
import re
import socket
import struct
import threading

from registry_proxy import Pass, RegistryProxy


class BrokenRegistry(RegistryProxy):
    """Passes everything on to a registry, but for the first requests that `match`, as many as `failures` (-1:
    all), by default uploads of manifests: they are answered with the status `how`, or it is "reset" or "hang"."""

    def __init__(self, upstream="", failures=0, how=503, match=r"PUT .*/manifests/"):
        self.left, self.how, self.match = failures, how, match
        self.released = threading.Event()
        super().__init__(upstream, handler=_Broken)
        self.fault = self.strike

    def strike(self, method, path):
        if self.left != 0 and re.search(self.match, f"{method} {path}"):
            self.left -= 1
            return self.how
        return 200 if path == "/v2/" and not self.upstream else None

    def handle_error(self, *_):
        """Of a connection that it has broken itself."""

    def stop(self):
        self.released.set()
        super().stop()


class _Broken(Pass):
    def fail(self, status):
        if status == 200:
            return self.answer(200, {}, b"")
        self.close_connection = True
        if isinstance(status, int):
            return self.answer(status, {"Retry-After": "1"} if status == 429 else {}, b"")
        if status == "hang":
            return self.server.released.wait()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()
        raise ConnectionResetError
