"""The monitoring of examples/inventory: a real Prometheus and Alertmanager get the configuration, scrape the
real application, and one alert goes all the way."""
import json
import os
import socket
import subprocess
import time
import urllib.parse
import urllib.request

from example_case import PATH, ExampleCase, free_port, needs
from harness import main

OLD_PROMETHEUS = "global: {external_labels: {release: old}}\n"
OLD_ALERTMANAGER = "route: {receiver: old}\nreceivers: [{name: old}]\n"


def ask(url):
    """The JSON that is answered; None where nobody does."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)
    except (OSError, ValueError):
        return None


def free_ports(count):
    """Different ones: each is held until all are found."""
    held = [socket.create_server(("127.0.0.1", free_port())) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


@needs("prometheus", "promtool", "prometheus-alertmanager", "amtool", "curl",
       modules=["flask", "gunicorn", "prometheus_client", "pymongo", "redis", "mongomock"])
class Monitoring(ExampleCase):
    example = "inventory"

    def setUp(self):
        super().setUp()
        self.monitoring = self.folder / "monitoring"
        old = self.monitoring / "releases/old"
        old.mkdir(parents=True)
        (old / "prometheus.yml").write_text(OLD_PROMETHEUS)
        (old / "alertmanager.yml").write_text(OLD_ALERTMANAGER)
        (self.monitoring / "current").symlink_to("releases/old")
        self.application, self.prometheus, self.alertmanager = free_ports(3)
        self.start("/usr/bin/python3", "-m", "gunicorn", "--threads", "2", "--bind",
                   f"127.0.0.1:{self.application}", "tests.mocked:application", cwd=self.place)
        self.start("prometheus", f"--config.file={self.monitoring}/current/prometheus.yml",
                   f"--storage.tsdb.path={self.folder}/tsdb", "--web.enable-lifecycle",
                   "--rules.alert.resend-delay=1s",
                   f"--web.listen-address=127.0.0.1:{self.prometheus}")
        self.start("prometheus-alertmanager", f"--config.file={self.monitoring}/current/alertmanager.yml",
                   f"--storage.path={self.folder}/alerts", "--cluster.listen-address=",
                   f"--web.listen-address=127.0.0.1:{self.alertmanager}")
        self.await_answer(f"{self.url(self.prometheus)}/api/v1/status/config")
        self.await_answer(f"{self.url(self.alertmanager)}/api/v2/status")
        self.await_answer(f"{self.url(self.application)}/api/items")
        self.fit()

    def fit(self):
        """The files as they are, but for where things are on this machine, and how soon."""
        prometheus = "monitoring/prometheus.yml"
        self.change(prometheus, "alertmanager:9093", f"127.0.0.1:{self.alertmanager}")
        self.change(prometheus, "dns_sd_configs: [{names: [inventory-pods], type: A, port: 5000}]",
                    f"static_configs: [{{targets: ['127.0.0.1:{self.application}']}}]")
        self.change(prometheus, "scrape_interval: 15s, evaluation_interval: 15s",
                    "scrape_interval: 1s, evaluation_interval: 1s")
        self.commit()

    @staticmethod
    def url(port):
        return f"http://127.0.0.1:{port}"

    def start(self, *argv, cwd=None):
        with open(self.folder / f"{os.path.basename(argv[0])}.log", "wb") as log:
            process = subprocess.Popen(argv, cwd=cwd or self.folder, stdout=log, stderr=log,
                                       env=dict(os.environ, PATH=PATH))
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

    def await_answer(self, url):
        limit = time.monotonic() + 120
        while ask(url) is None:
            self.assertLess(time.monotonic(), limit, f"{url} never answered")
            time.sleep(0.1)

    def set_up(self, code):
        return self.run_example("-s", "alerts", "-s", "monitoring", code=code, monitoring=self.monitoring,
                                prometheus=self.url(self.prometheus),
                                alertmanager=self.url(self.alertmanager))

    def current(self):
        return os.readlink(self.monitoring / "current")

    def active(self):
        """The configuration that Prometheus runs with, and the receivers of the Alertmanager."""
        prometheus = ask(f"{self.url(self.prometheus)}/api/v1/status/config")["data"]["yaml"]
        receivers = ask(f"{self.url(self.alertmanager)}/api/v2/receivers")
        return prometheus, {receiver["name"] for receiver in receivers}

    def test_metrics_and_an_alert_arrive(self):
        ended = self.set_up(code=0)
        self.assertEqual(["succeeded"] * 2, self.outcomes_of(ended, "alerts", "monitoring"), ended)
        first = self.current()
        self.assertEqual(f"releases/{self.said[0]['run']}", first)
        prometheus, receivers = self.active()
        self.assertIn("job_name: inventory", prometheus)
        self.assertEqual({"incidents", "heartbeat"}, receivers)
        query = urllib.parse.quote('inventory_requests_total{job="inventory"}')
        found = ask(f"{self.url(self.prometheus)}/api/v1/query?query={query}")["data"]["result"]
        self.assertTrue(found)
        alerts = ask(f"{self.url(self.alertmanager)}/api/v2/alerts")
        self.assertIn(("Watchdog", ["heartbeat"]), [
            (a["labels"]["alertname"], [r["name"] for r in a["receivers"]]) for a in alerts])
        self.set_up(code=0)
        self.assertEqual(first, os.readlink(self.monitoring / "previous"))

    def test_where_no_metrics_arrive_the_old_configuration_comes_back(self):
        self.change("monitoring/prometheus.yml", f"127.0.0.1:{self.application}", "127.0.0.1:1")
        self.change("pipeline.yaml", "# every pod is scraped\n        within: 60s",
                    "# every pod is scraped\n        within: 3s")
        ended = self.set_up(code=5)["monitoring"]
        self.assertEqual("rolled_back", ended["outcome"])
        self.assertIn("api/v1/query", ended["reason"])
        self.assertEqual("releases/old", self.current())
        prometheus, receivers = self.active()
        self.assertIn("release: old", prometheus)
        self.assertEqual({"old"}, receivers)

    def test_files_that_are_refused_change_nothing(self):
        for path, before, after, said in (
                ("prometheus.yml", "job_name: inventory", "job_nam: inventory", "job_nam"),
                ("alerts.yml", "> 0.05", "> 0.5", "HighErrorRate"),
                ("alertmanager.yml", "receiver: heartbeat", "receiver: nobody", "nobody")):
            with self.subTest(path):
                self.change(f"monitoring/{path}", before, after)
                ended = self.set_up(code=1)
                self.assertEqual("failed", ended["alerts"]["outcome"])
                self.assertEqual("upstream alerts", ended["monitoring"]["reason"])
                self.assertIn(said, self.output("alerts"))
                self.assertEqual("releases/old", self.current())
                self.change(f"monitoring/{path}", after, before)


if __name__ == "__main__":
    main()
