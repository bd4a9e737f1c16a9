"""The load generator against a real HTTP server with known delays."""
import http.server
import json
import signal
import subprocess
import threading
import time

from harness import PIPECTL, PipectlTest, clean_environment, main


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # its 40 ms would be measured, too

    def do_GET(self):
        server = self.server
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        with server.lock:
            server.seen.append((self.command, self.path, dict(self.headers), body))
            stalled = server.stall and time.monotonic() - server.begun > 1
            if stalled:
                server.stall = 0
                time.sleep(1)  # with the lock: everybody waits
        if self.path.startswith("/slow"):
            time.sleep(0.05)
        status = 500 if self.path.startswith("/bad") else 200
        answer = b"" if self.path == "/silent" else b"hello"
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PUT = do_GET

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass  # a client that went away

    def __init__(self, stall=0):
        self.lock, self.seen, self.stall, self.begun = threading.Lock(), [], stall, time.monotonic()
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Load(PipectlTest):
    def server(self, **options):
        server = Server(**options)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def measure(self, text, code=0, **options):
        self.write(f"stages:\n  load:\n    kind: perf\n    {text}\n")
        events = self.events(code=code, **options)
        ended = next(e for e in events if e["event"] == "stage.finished")
        path = self.folder / ".pipectl-reports/load/load.json"
        return ended, json.loads(path.read_text()) if path.exists() else None

    def test_a_rate_is_kept_and_counted(self):
        server = self.server()
        ended, result = self.measure(
            f"load: {{url: '{server.url}/x', rate: 100/s, duration: 2s, warmup: 500ms}}")
        self.assertEqual(ended["outcome"], "succeeded")
        self.assertEqual(result["all"]["requests"], 200)
        self.assertEqual(len(server.seen), 250)
        self.assertEqual(result["all"]["errors"], 0)
        self.assertIn("200 requests", ended["summary"])

    def test_percentiles_of_a_known_delay(self):
        server = self.server()
        _, result = self.measure(f"load: {{url: '{server.url}/slow', rate: 40/s, duration: 2s}}")
        durations = result["all"]["duration_ms"]
        self.assertGreaterEqual(durations["min"], 50)
        self.assertLess(durations["p50"], 90)

    def test_a_stall_shows_although_nobody_could_ask_meanwhile(self):
        server = self.server(stall=1)
        _, result = self.measure(f"load: {{url: '{server.url}/x', rate: 50/s, duration: 4s}}")
        durations = result["all"]["duration_ms"]
        self.assertEqual(result["all"]["requests"], 200)
        self.assertGreater(durations["p90"], 300)  # a quarter of the requests fell into that second
        self.assertGreater(durations["max"], 900)
        self.assertLess(durations["p50"], 300)

    def test_users_begin_anew_until_the_time_is_over(self):
        server = self.server()
        _, result = self.measure(f"load: {{url: '{server.url}/slow', users: 4, duration: 2s}}")
        self.assertGreater(result["all"]["requests"], 40)
        self.assertLessEqual(result["all"]["requests"], 4 * 41)

    def test_scenarios_by_weight_with_what_they_send_and_expect(self):
        server = self.server()
        ended, result = self.measure(f"""load:
      rate: 60/s
      duration: 1s
      scenarios:
        read: {{weight: 3, url: '{server.url}/a', contains: hello}}
        write:
          requests:
            - {{method: POST, url: '{server.url}/b', headers: {{X-Kind: test}}, body: '{{"n": 1}}', think: 10ms}}
            - {{method: PUT, url: '{server.url}/bad', status: 500}}
    gate: {{error_rate: 0, scenario.write.p95: '< 5s', scenario.read.requests: 45}}""")
        self.assertEqual(ended["outcome"], "succeeded", ended)
        self.assertEqual(result["scenarios"]["read"]["requests"], 45)
        self.assertEqual(result["scenarios"]["write"]["requests"], 30)
        posts = [s for s in server.seen if s[0] == "POST"]
        self.assertEqual((posts[0][2]["X-Kind"], posts[0][3]), ("test", b'{"n": 1}'))

    def test_errors_are_told_by_their_cause_and_fail_the_stage(self):
        server = self.server()
        ended, result = self.measure(f"load: {{url: '{server.url}/bad', rate: 20/s, duration: 1s}}",
                                     code=1)
        self.assertEqual(ended["reason"], "gate error_rate: 100%, want < 1%")
        self.assertEqual(result["all"]["causes"], {"status 500": 20})
        ended, result = self.measure(
            f"load: {{url: '{server.url}/silent', contains: hello, rate: 20/s, duration: 1s}}", code=1)
        self.assertEqual(result["all"]["causes"], {"status 200 without the text wanted": 20})
        ended, result = self.measure("load: {url: 'http://127.0.0.1:1/', users: 2, duration: 1s}", code=1)
        self.assertLess(result["all"]["requests"], 40)  # nobody hammers what does not answer

    def test_a_slow_answer_is_a_timeout(self):
        server = self.server()
        _, result = self.measure(
            f"load: {{url: '{server.url}/slow', rate: 20/s, duration: 1s, timeout: 20ms}}", code=1)
        self.assertEqual(result["all"]["causes"], {"timeout": 20})

    def test_only_hosts_that_the_file_names(self):
        server = self.server()
        host = f"127.0.0.1:{server.server_address[1]}"
        text = "load: {url: 'http://${{ params.host }}/x', rate: 5/s, duration: 1s%s}"
        head = f"params: {{host: {{default: '{host}'}}}}\n"
        for allow, code in (("", 1), (", allow_hosts: [other.example]", 1),
                            (", allow_hosts: [127.0.0.1]", 0), (f", allow_hosts: ['{host}']", 0)):
            self.write(f"{head}stages:\n  load:\n    kind: perf\n    {text % allow}\n")
            events = self.events(code=code)
            ended = next(e for e in events if e["event"] == "stage.finished")
            if code:
                self.assertEqual(ended["reason"],
                                 "the host '127.0.0.1' is not named by the pipeline file")
                self.assertIn("allow_hosts: [127.0.0.1]", ended["hint"])
        self.assertEqual(len(server.seen), 10)
        # A value of the file's own env is the file's word.
        self.write(f"env: {{BASE: '{server.url}'}}\nstages:\n  load:\n    kind: perf\n"
                   "    load: {url: '${{ env.BASE }}/y', rate: 5/s, duration: 1s}\n")
        self.events(code=0)

    def test_timeout_and_interrupt_end_it(self):
        server = self.server()
        ended, _ = self.measure(
            f"load: {{url: '{server.url}/x', rate: 5/s, duration: 1h}}\n    timeout: 1s", code=1)
        self.assertEqual(ended["outcome"], "timed_out")
        self.write(f"stages: {{load: {{kind: perf, load: {{url: '{server.url}/x', rate: 50/s, duration: 1h}}}}}}\n")
        child = subprocess.Popen([PIPECTL, "run", "--ui", "plain"], cwd=self.folder,
                                 env=clean_environment(), stdout=subprocess.PIPE, text=True)
        for line in child.stdout:
            if "requests ·" in line:
                break
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=30)
        self.assertEqual(child.returncode, 130)


if __name__ == "__main__":
    main()
