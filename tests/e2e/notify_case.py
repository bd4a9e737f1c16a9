"""A service that is told of runs: it keeps what it gets and answers as a test wants."""
import http.server
import json
import threading

from harness import PipectlTest, clean_environment


class Service:
    """On a free port of the loopback interface. `answers` are given in turn, the last one for ever:
    (status, headers, body), or a function of the request that returns such a thing."""

    def __init__(self, *answers):
        self.requests = []
        self.answers = list(answers) or [(200, {}, "ok")]
        self.came = threading.Condition()
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                length = int(self.headers.get("Content-Length") or 0)
                request = {"method": self.command, "path": self.path,
                           "headers": {k.lower(): v for k, v in self.headers.items()},
                           "body": self.rfile.read(length).decode(errors="replace")}
                status, headers, body = service.answer(request)
                data = body.encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_one

            def handle(self):
                try:
                    super().handle()
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the other side was killed, as the test wanted

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request):
        with self.came:
            self.requests.append(request)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            self.came.notify_all()
        return answer(request) if callable(answer) else answer

    def wait_for(self, count):
        with self.came:
            if not self.came.wait_for(lambda: len(self.requests) >= count, timeout=60):
                raise AssertionError(f"{len(self.requests)} requests, want {count}")

    def bodies(self):
        return [json.loads(r["body"]) for r in self.requests]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class NotifyTest(PipectlTest):
    def service(self, *answers):
        service = Service(*answers)
        self.addCleanup(service.close)
        return service

    def environment(self, **extra):
        return clean_environment(**extra)
