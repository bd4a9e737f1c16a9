"""A canary that is measured: by requests of pipectl's own, and by a real Prometheus."""
import http.server
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request

import harness
from harness import main
from kube_harness import DeployTest, Load

PROMETHEUS = shutil.which("prometheus")


def canary(analyse, pause="0s"):
    return f"{{canary: {{steps: [30%, 100%], pause: {pause}, deadline: 60s, analyse: [{analyse}]}}}}"


class Measured(DeployTest):
    special_images = {"sick": ["--fail", "500"], "slow": ["--delay", "0.3"]}

    def deploy(self, image, code=0, analyse="", pause="0s", **options):
        strategy = canary(analyse, pause) if analyse else "rolling"
        return super().deploy(image, code, strategy=strategy,
                              health="{http: 'http://app:80/ready', within: 5s}", **options)


class HttpAnalysis(Measured):
    GOOD = "{http: 'http://app:80/', requests: 40, gate: {error_rate: '< 5%', p95: '< 10s'}}"

    def test_a_good_release_goes_on(self):
        self.deploy("app:v1")
        text = self.deploy("app:v2", analyse=self.GOOD)
        self.assertRegex(text, r"analyse: http://app:80/: error_rate 0% · p95 \d")
        self.assertEqual(text.count(" analyse: "), 2)  # after each step
        self.assertEqual(({"app": 3}, "v2"), (self.replicas(), self.version()))

    def test_errors_abort_it_at_the_first_step(self):
        self.deploy("app:v1")
        with Load(self.cluster, "team") as load:
            text = self.deploy("app:sick", code=5, analyse=self.GOOD)
        self.assertRegex(text, r"analysis of http://app:80/: gate error_rate: \S+, want < 5% "
                               r"\(after \d+ requests\) -> rolled back to app:v1")
        self.assertNotIn("shift 100%", text)
        self.assertEqual(({"app": 3}, "v1"), (self.replicas(), self.version()))
        # Of all requests only those to the one sick pod failed; the rest had the old release.
        self.assertEqual({500}, {status for status, _ in load.failed})
        self.assertEqual({"v1"}, set(load.versions))

    def test_slowness_aborts_it(self):
        self.deploy("app:v1")
        text = self.deploy("app:slow", code=5,
                           analyse="{http: 'http://app:80/', requests: 40, gate: {max: '< 200ms'}}")
        self.assertIn("gate max: ", text)
        self.assertEqual(({"app": 3}, "v1"), (self.replicas(), self.version()))

    def test_mistakes_of_the_file(self):
        for analyse, message in (
                ("{gate: {p95: '< 1s'}}", "does not say what to measure"),
                ("{http: 'http://app/'}", "needs a `gate`"),
                ("{http: 'http://app/', gate: {p59: '< 1s'}}", "gate p59: no"),
                ("{http: 'http://app/', gate: {p95: '< 1%'}}", "cannot be compared"),
                ("{http: 'http://app/', gate: {p95: 'fast'}}", "is no bound"),
                ("{prometheus: 'http://p', gate: {value: '< 1'}}", "needs a `query`"),
                ("{http: 'http://app/', gate: {p95: '< 1s'}, query: x}", "unknown key 'query'")):
            with self.subTest(analyse):
                self.pipeline("app:v1", strategy=canary(analyse))
                done = self.pipectl("validate", code=2, env=self.env)
                self.assertIn(message, done.stderr)


class Exporter:
    """Tells Prometheus how the requests of a load were answered so far."""

    def __init__(self, load):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = (f'answers_total{{code="200"}} {len(outer.load.versions)}\n'
                        f'answers_total{{code="500"}} {len(outer.load.failed)}\n').encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.load = load
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class PrometheusAnalysis(Measured):
    QUERY = ("sum(rate(answers_total{code=\"500\"}[4s])) / sum(rate(answers_total[4s]))")

    @classmethod
    def setUpClass(cls):
        if PROMETHEUS is None and not harness.IN_CI:
            raise unittest.SkipTest("prometheus is not installed")

    def start_prometheus(self, exporter):
        """A server that scrapes the exporter twice a second; its URL, once it has."""
        data = pathlib.Path(tempfile.mkdtemp(prefix="pipectl-prometheus-"))
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        (data / "prometheus.yml").write_text(
            "global: {scrape_interval: 500ms}\n"
            "scrape_configs:\n"
            "  - job_name: load\n"
            f"    static_configs: [{{targets: ['127.0.0.1:{exporter.server.server_address[1]}']}}]\n")
        process = subprocess.Popen(
            [PROMETHEUS, f"--config.file={data}/prometheus.yml", f"--storage.tsdb.path={data}/tsdb",
             f"--web.listen-address=127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        url = f"http://127.0.0.1:{port}"
        self.await_samples(f"{url}/api/v1/query?query=count_over_time(answers_total[10s])")
        return url

    def await_samples(self, query):
        """Until it has scraped a few times."""
        limit = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(query, timeout=5) as answer:
                    result = json.load(answer)["data"]["result"]
                if result and float(result[0]["value"][1]) >= 4:
                    return
            except OSError:
                pass
            self.assertLess(time.monotonic(), limit, "prometheus never scraped")

    def measured(self, image, code, bound="< 0.05", query=None):
        self.deploy("app:v1")
        with Load(self.cluster, "team") as load:
            exporter = Exporter(load)
            self.addCleanup(exporter.close)
            url = self.start_prometheus(exporter)
            query = (query or self.QUERY).replace("'", "''")
            return self.deploy(image, code, pause="5s",
                               analyse=f"{{prometheus: '{url}', query: '{query}', "
                                       f"gate: {{value: '{bound}'}}}}")

    def test_a_good_release_goes_on(self):
        text = self.measured("app:v2", 0)
        self.assertIn(f"analyse: {self.QUERY} = 0", text)
        self.assertEqual(({"app": 3}, "v2"), (self.replicas(), self.version()))

    def test_a_rate_of_errors_aborts_it(self):
        text = self.measured("app:sick", 5)
        self.assertRegex(text, r"gate value: 0\.\d+, want < 0.05 -> rolled back to app:v1")
        self.assertNotIn("shift 100%", text)
        self.assertEqual(({"app": 3}, "v1"), (self.replicas(), self.version()))

    def test_what_cannot_be_measured_is_no_success(self):
        text = self.measured("app:v2", 5, query="sum(no_such_metric)")
        self.assertIn("the query gave 0 samples, want one", text)
        self.assertEqual("v1", self.version())

    def test_a_query_that_prometheus_refuses(self):
        text = self.measured("app:v2", 5, query="sum(")
        self.assertIn("Prometheus says: ", text)


class NoPrometheus(Measured):
    def test_nobody_answers(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.deploy("app:v1")
        text = self.deploy("app:v2", code=5,
                           analyse=f"{{prometheus: 'http://127.0.0.1:{port}', query: up, "
                                   "gate: {value: '== 1'}}")
        self.assertIn("analysis of up: ", text)
        self.assertEqual(({"app": 3}, "v1"), (self.replicas(), self.version()))


if __name__ == "__main__":
    main()
