"""The service that the pods of the tests run: it tells its version, and fails as it is told.

/ready answers 503 until the service is ready, /health 200: it lives. Every other path answers 200 with the
version, or what --fail says. SIGTERM lets what it has begun come to its end."""
import argparse
import http.server
import json
import os
import signal
import sys
import threading
import time

parser = argparse.ArgumentParser()
parser.add_argument("--version", required=True)
parser.add_argument("--port", type=int, default=8080)
parser.add_argument("--never-ready", action="store_true")
parser.add_argument("--ready-after", type=float, default=0)
parser.add_argument("--fail", type=int, default=0, help="status of every answer but that of /ready")
parser.add_argument("--fail-after", type=int, default=0, help="fail only after so many answers")
parser.add_argument("--delay", type=float, default=0)
arguments = parser.parse_args()
started = time.monotonic()
answered = 0


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/ready":
            waiting = time.monotonic() - started < arguments.ready_after
            return self._say(503 if arguments.never_ready or waiting else 200, {"status": "ready"})
        if self.path == "/health":
            return self._say(200, {"status": "ok"})
        global answered
        answered += 1
        time.sleep(arguments.delay)
        failing = arguments.fail and answered > arguments.fail_after
        return self._say(arguments.fail if failing else 200,
                         {"version": arguments.version, "pod": os.environ.get("POD_IP"),
                          "env": os.environ.get("GREETING", "")})

    def _say(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, form, *values):
        print(arguments.version, form % values, flush=True)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128


server = Server((os.environ.get("POD_IP", "0.0.0.0"), arguments.port), Handler)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print("listening", arguments.version, flush=True)
server.serve_forever(0.05)
server.server_close()
sys.exit(0)
