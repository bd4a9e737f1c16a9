"""The load generator against a real HTTP server with known delays."""
import json
import signal
import socket
import subprocess
import time

import load_case
from harness import PIPECTL, clean_environment, main


class _Handler(load_case.Handler):
    def do_GET(self):
        server = self.server
        if self.path.startswith("/login"):
            return self.answer(b'{"token": "t/1", "items": [{"id": 7}]}', ("X-Order", "ord 9"))
        if self.path == "/evil":
            return self.answer(b'{"path": ".evil.example/x", "line": "a\\r\\nX-More: 1"}')
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        with server.lock:
            server.seen.append((self.command, self.path, dict(self.headers), body))
            stalled = server.stall and time.monotonic() - server.begun > 1
            if stalled:
                server.stall = 0
                time.sleep(1)  # with the lock: everybody waits
        if self.path.startswith("/slow"):
            time.sleep(server.delay)
        status = 500 if self.path.startswith("/bad") else 200
        answer = b"" if self.path == "/silent" else b"hello"
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def answer(self, body, *headers):
        length = int(self.headers.get("Content-Length") or 0)
        with self.server.lock:
            self.server.seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET


class Server(load_case.Server):
    handler = _Handler

    def __init__(self, stall=0):
        self.stall, self.begun = stall, time.monotonic()
        self.delay = 0.05  # of what is slow
        super().__init__()

    @property
    def url(self):
        return self.address()


class Load(load_case.LoadCase):
    def server(self, **options):
        return self.start(Server(**options))

    def test_a_rate_is_kept_and_counted(self):
        server = self.server()
        ended, result = self.measure(
            f"load: {{url: '{server.url}/x', rate: 100/s, duration: 2s, warmup: 500ms}}")
        self.assertEqual(ended["outcome"], "succeeded")
        self.assertEqual(result["all"]["requests"], 200)
        self.assertEqual(len(server.seen), 250)
        self.assertEqual(result["all"]["errors"], 0)
        self.assertIn("200 requests", ended["summary"])

    def test_numbers_that_only_the_run_knows(self):
        server = self.server()
        self.write(f"""
            params: {{rate: {{default: 20/s}}, length: {{default: 1s}}}}
            stages:
              load:
                kind: perf
                matrix: {{users: ['1', '2']}}
                needs: []
                load: {{url: '{server.url}/x', users: '${{{{ matrix.users }}}}', duration: '${{{{ params.length }}}}'}}
              steps:
                kind: perf
                needs: []
                load: {{url: '{server.url}/x', stages: [{{rate: '${{{{ params.rate }}}}', duration: 1s}}]}}
            """)
        ended = {e["stage"]: e for e in self.events(code=0) if e["event"] == "stage.finished"}
        self.assertIn("20 requests", ended["steps"]["summary"])
        self.assertIn("2 users for 1.0s", self.pipectl("plan", code=0).stdout)
        ended = {e["stage"]: e for e in self.events("-p", "rate=fast", "-s", "steps", code=1)
                 if e["event"] == "stage.finished"}
        self.assertEqual(ended["steps"]["reason"], "'fast' is no rate")

    def test_percentiles_of_a_known_delay(self):
        server = self.server()
        _, result = self.measure(f"load: {{url: '{server.url}/slow', rate: 40/s, duration: 2s}}")
        durations = result["all"]["duration_ms"]
        self.assertGreaterEqual(durations["min"], 50)
        self.assertLess(durations["p50"], 90)

    def test_a_stall_shows_although_nobody_could_ask_meanwhile(self):
        server = self.server(stall=1)
        _, result = self.measure(f"load: {{url: '{server.url}/x', rate: 50/s, duration: 10s}}")
        durations = result["all"]["duration_ms"]
        self.assertEqual(result["all"]["requests"], 500)
        self.assertGreater(durations["p99"], 800)  # a tenth of the requests fell into that second, evenly
        self.assertGreater(durations["max"], 900)
        self.assertLess(durations["p50"], 300)

    def test_a_change_of_times_fails_only_when_it_is_sure(self):
        server = self.server()

        def gate(code=0):
            self.write(f"""
                stages:
                  load:
                    kind: perf
                    load: {{url: '{server.url}/slow', rate: 100, duration: 2s}}
                    gate: {{p95_change: '< 50%'}}
                """)
            return next(e for e in self.events(code=code) if e["event"] == "gate.evaluated")
        self.assertEqual("no baseline", gate()["actual"])
        self.assertRegex(gate()["actual"], r"^-?[0-9.]+% \(95% sure: -?[0-9.]+% to -?[0-9.]+%\)$")
        server.delay = 0.2
        slower = gate(code=1)
        self.assertFalse(slower["passed"])
        self.assertGreater(float(slower["actual"].partition("%")[0]), 100)

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

    def test_a_single_scenario_has_figures_of_its_own_by_its_name(self):
        server = self.server()
        ended, result = self.measure(f"""load:
      rate: 20/s
      duration: 1s
      scenarios: {{login: {{url: '{server.url}/a'}}}}
    gate: {{scenario.login.p95: '< 5s', scenario.login.requests: 20}}""")
        self.assertEqual(ended["outcome"], "succeeded", ended)
        self.assertEqual(result["scenarios"]["login"]["requests"], 20)

    def test_what_a_response_holds_is_used_by_later_requests(self):
        server = self.server()
        ended, result = self.measure(f"""load:
      rate: 10/s
      duration: 1s
      scenarios:
        order:
          requests:
            - url: '{server.url}/login'
              capture: {{token: {{json: /token}}, id: {{json: /items/0/id}}, order: {{header: x-order}}}}
            - {{method: POST, url: '{server.url}/cart/{{{{id}}}}?t={{{{ token }}}}', headers: {{X-Token: 'T {{{{token}}}}'}},
               body: '{{"order": "{{{{order}}}}"}}'}}""")
        self.assertEqual((ended["outcome"], result["all"]["errors"]), ("succeeded", 0), result)
        posts = [s for s in server.seen if s[0] == "POST"]
        self.assertEqual(len(posts), 10)
        self.assertEqual(posts[0][1], "/cart/7?t=t/1")
        self.assertEqual(posts[0][2]["X-Token"], "T t/1")
        self.assertEqual(posts[0][3], b'{"order": "ord 9"}')

    def test_a_captured_value_leads_nowhere_else(self):
        server = self.server()
        host = f"127.0.0.1:{server.server_address[1]}"
        for uses, cause in (
                ("url: 'http://127.0.0.1{{path}}'", "the captured 'path' does not fit into the host's name"),
                ("url: 'http://{{path}}/x'", "the captured 'path' does not fit into the host's name"),
                (f"url: 'http://{host}/{{{{line}}}}'", "the captured 'line' does not fit into an address"),
                (f"url: 'http://{host}/x', headers: {{X-A: '{{{{line}}}}'}}",
                 "the captured 'line' does not fit into a header")):
            _, result = self.measure(f"""load:
      rate: 5/s
      duration: 1s
      scenarios:
        s:
          requests:
            - {{url: 'http://{host}/evil', capture: {{path: {{json: /path}}, line: {{json: /line}}}}}}
            - {{{uses}}}""", code=1)
            self.assertEqual(result["all"]["causes"], {cause: 5})

    def test_what_cannot_be_captured_is_an_error(self):
        server = self.server()
        for capture, cause in (("{a: {json: /none}}", "nothing to capture for 'a' at /none"),
                               ("{a: {header: X-None}}", "nothing to capture for 'a'")):
            _, result = self.measure(f"load: {{url: '{server.url}/login', rate: 5/s, duration: 1s, capture: {capture}}}",
                                     code=1)
            self.assertEqual(result["all"]["causes"], {cause: 5})

    SERVE = ("python3 -c \"import http.server,os,pathlib; pathlib.Path('pid').write_text(str(os.getpid()));"
             " http.server.ThreadingHTTPServer(('127.0.0.1', %d), http.server.SimpleHTTPRequestHandler).serve_forever()\"")

    def served(self, port, more="", **options):
        command = self.SERVE % port
        return self.measure(f"""load:
      serve: {{run: {json.dumps('exec ' + command)}, health: [{{http: 'http://127.0.0.1:{port}/', within: 60s, interval: 50ms}}]}}
      url: 'http://127.0.0.1:{port}/pipeline.yaml'
      rate: 10/s
      duration: 1s
    {more}""", **options)

    def gone(self):
        pid = int((self.folder / "pid").read_text())
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                return stat.read().rpartition(")")[2].split()[0] in "ZX"
        except OSError:
            return True

    def test_the_service_is_started_before_and_ended_after(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        ended, result = self.served(port)
        self.assertEqual((ended["outcome"], result["all"]["errors"]), ("succeeded", 0), ended)
        self.assertTrue(self.gone())
        # Also when the load is not good enough.
        ended, _ = self.served(port, more="gate: {requests: '>= 1000'}", code=1)
        self.assertIn("gate requests", ended["reason"])
        self.assertTrue(self.gone())

    def test_a_service_that_ends_or_never_gets_ready_fails_the_stage(self):
        text = "load: {serve: {run: '%s', health: [{tcp: '127.0.0.1:1', within: %s, interval: 20ms}]}, url: 'http://127.0.0.1:1/', rate: 5/s, duration: 1s}"
        ended, _ = self.measure(text % ("exit 4", "60s"), code=1)
        self.assertEqual(ended["reason"], "the service ended before the load did: exit code 4")
        ended, _ = self.measure(text % ("true", "60s"), code=1)
        self.assertIn("has to stay in the foreground", ended["hint"])
        ended, _ = self.measure(text % ("exec sleep 1000", "100ms"), code=1)
        self.assertIn("health tcp 127.0.0.1:1", ended["reason"])

    def test_the_way_of_time_is_told(self):
        server = self.server()
        _, result = self.measure(f"load: {{url: '{server.url}/slow', rate: 20/s, duration: 3s}}")
        points = result["timeline"]["points"]
        self.assertEqual(result["timeline"]["seconds_each"], 1)
        self.assertEqual(sum(p["requests"] for p in points), 60)
        self.assertEqual([p["second"] for p in points], sorted(p["second"] for p in points))
        self.assertTrue(all(p["p50"] <= p["p95"] <= p["p99"] <= p["max"] for p in points))
        bars = result["histogram"]
        self.assertEqual(sum(b["count"] for b in bars), 60)
        self.assertTrue(all(a["to_ms"] == b["from_ms"] for a, b in zip(bars, bars[1:])))
        kept = next((self.folder / ".pipectl/runs").iterdir()) / "reports/load/load.json"
        self.assertEqual(json.loads(kept.read_text()), result)

    def test_errors_are_told_by_their_cause_and_fail_the_stage(self):
        server = self.server()
        ended, result = self.measure(f"load: {{url: '{server.url}/bad', rate: 20/s, duration: 1s}}",
                                     code=1)
        self.assertEqual(ended["reason"], "gate error_rate: 100%, want < 1%")
        self.assertRegex(ended["summary"], r"^P95 \S+ · errors 100% · \d+ requests$")
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
