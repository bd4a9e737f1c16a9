"""What the tests of the load generator share: a server that is asked, and a stage that asks it."""
import http.server
import json
import threading

from harness import PipectlTest


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # its 40 ms would be measured, too

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """`handler` notes in `seen` what arrives, under the lock."""
    daemon_threads = True
    request_queue_size = 256
    handler = Handler

    def __init__(self):
        self.lock, self.seen = threading.Lock(), []
        super().__init__(("127.0.0.1", 0), self.handler)

    def handle_error(self, *_):
        pass  # a client that went away

    def address(self, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{self.server_address[1]}"


class LoadCase(PipectlTest):
    def start(self, server):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def measure(self, text, code=0, **options):
        """The end of a stage and what it measured."""
        self.write(f"stages:\n  load:\n    kind: perf\n    {text}\n")
        events = self.events(code=code, **options)
        ended = next(e for e in events if e["event"] == "stage.finished")
        path = self.folder / ".pipectl-reports/load/load.json"
        return ended, json.loads(path.read_text()) if path.exists() else None
