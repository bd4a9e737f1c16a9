"""What each strategy promises while requests come in, with the manifests of the examples: how many
failed, which release answered, how many pods there were. Traffic follows the endpoints half a second
late, as it may on the nodes of a cluster."""
import shutil

from example_case import ROOT
from harness import main
from kube_harness import APP, DeployTest, KubeTest
from kube_traffic import Traffic, is_about

LAG = 0.5
BLUE_GREEN = "{blue-green: {deadline: 90s}}"
MEASURE = "{http: 'http://%s:80/', requests: 300, gate: {error_rate: '< 5%%'}}"


class SeedTest(KubeTest):
    """`folder` of an example, deployed from where `source` says, with the service of the tests in place of
    its image."""

    example, source, name, port, replicas = "", "", "", 3000, 3
    secrets = {}

    def runner(self):
        runner = super().runner()
        app = [*APP, "--port", str(self.port), "--version"]
        runner.images = {"app:v1": [*app, "v1"], "app:v2": [*app, "v2"],
                         "app:sick": [*app, "sick", "--fail", "500"]}
        return runner

    def setUp(self):
        super().setUp()
        self.cluster.store.endpoint_lag = LAG
        shutil.copytree(ROOT / "examples" / self.example / "k8s", self.folder / "k8s")
        for secret in sum(self.secrets.values(), []):
            self.env[f"TEST_{secret}"] = "nobody-knows"

    def deploy(self, image, code=0, strategy="rolling"):
        granted = sum(self.secrets.values(), [])
        sources = ", ".join(f"{s}: {{env: TEST_{s}}}" for s in granted)
        kept = ", ".join(f"{name}: [{', '.join(keys)}]" for name, keys in self.secrets.items())
        self.write(f"""
            name: seed
            secrets: {{{sources}}}
            stages:
              deploy:
                kind: deploy
                secrets: [{', '.join(granted)}]
                kubernetes: {{{self.source}, namespace: team, image: '{image}', container: {self.name},
                             replicas: {self.replicas}, secrets: {{{kept}}}}}
                strategy: {strategy}
                health: [{{http: 'http://{self.name}:80/', within: 5s, interval: 200ms}}]
        """)
        done = self.pipectl("run", "--ui", "plain", code=code, env=self.env, timeout=300)
        return done.stdout + done.stderr

    def under_load(self, image, code=0, strategy="rolling"):
        """The traffic while it was deployed."""
        with Traffic(self.cluster, "team", f"{self.name}:80") as traffic:
            self.deploy(image, code, strategy)
        traffic.note(f"{self.id().rpartition('.')[2]}: {image}")
        return traffic

    def now(self):
        return self.ask(service=f"{self.name}:80", namespace="team")[1]["version"]

    def replicas_of(self, name):
        return self.cluster.get("Deployment", name, "team")["spec"]["replicas"]

    # -- promises

    def assert_nothing_failed(self, traffic, *versions):
        self.assertEqual([], traffic.failed)
        self.assertEqual(set(versions), {answer.version for answer in traffic.answers})

    def assert_only_the_sick_failed(self, traffic, old="v2"):
        """And there were some: a release that answers 500 was in service for a while."""
        self.assertEqual({(500, "sick")}, {(a.status, a.version) for a in traffic.failed})
        self.assertEqual({old}, {a.version for a in traffic.answers if a.status == 200})

    def assert_one_switch(self, traffic, old, new):
        """Once anybody has got an answer of the new one, nobody who asks then gets one of the old."""
        first = min(answer.ended for answer in traffic.of(new))
        self.assertLess(max(answer.begun for answer in traffic.of(old)), first)

    def assert_shares(self, traffic, version, *steps):
        """Each step was reached, and the answers came from the pods as chance has it."""
        seen = set()
        for pods, answers, count in traffic.shares(version):
            self.assertTrue(is_about(pods, answers, count), (pods, answers, count))
            seen.add(round(pods, 2))
        self.assertLessEqual(set(steps), seen)

    def check_rolling(self):
        """Its manifests say `maxUnavailable: 0`, or a share that is less than one pod."""
        self.deploy("app:v1")
        good = self.under_load("app:v2")
        self.assert_nothing_failed(good, "v1", "v2")
        self.assertGreaterEqual(good.fewest_ready(), self.replicas)
        bad = self.under_load("app:sick", code=5)
        self.assert_only_the_sick_failed(bad)
        self.assertGreaterEqual(bad.fewest_ready(), self.replicas)
        self.assertEqual("v2", self.now())


class BalanceSheet(SeedTest):
    example, source, name = "balance-sheet", "manifests: k8s", "balance-sheet"
    secrets = {"balance-sheet": ["STAGING_JWT_SECRET"]}

    def test_rolling(self):
        self.check_rolling()


class Inventory(SeedTest):
    example, source, name, port, replicas = "inventory", "manifests: k8s/app", "inventory", 5000, 2
    secrets = {"inventory-secrets": ["MONGO_PASSWORD"]}

    def test_rolling(self):
        self.check_rolling()


class TaskManager(SeedTest):
    example, source, name = "task-manager", "kustomize: k8s/backend/dev", "backend"
    secrets = {"backend": ["DATABASE_URL", "REDIS_URL"]}

    def canary(self, steps):
        return f"{{canary: {{steps: [{steps}], deadline: 90s, analyse: [{MEASURE % self.name}]}}}}"

    def test_rolling_with_a_quarter_more_and_a_quarter_less(self):
        self.check_rolling()

    def test_blue_green(self):
        self.deploy("app:v1", strategy=BLUE_GREEN)
        good = self.under_load("app:v2", strategy=BLUE_GREEN)
        self.assert_nothing_failed(good, "v1", "v2")
        self.assert_one_switch(good, "v1", "v2")
        self.assertGreaterEqual(good.fewest_ready(), self.replicas)
        bad = self.under_load("app:sick", code=5, strategy=BLUE_GREEN)
        self.assert_only_the_sick_failed(bad)
        self.assertEqual("v2", self.now())

    def test_canary(self):
        self.replicas = 5
        strategy = self.canary("20%, 60%, 100%")
        self.deploy("app:v1")
        good = self.under_load("app:v2", strategy=strategy)
        self.assert_nothing_failed(good, "v1", "v2")
        self.assert_shares(good, "v2", 0, 0.2, 0.6, 1)
        self.assertGreaterEqual(good.fewest_ready(), 5)
        bad = self.under_load("app:sick", code=5, strategy=strategy)
        self.assert_only_the_sick_failed(bad)
        self.assert_shares(bad, "sick", 0, 0.2)
        self.assertEqual("v2", self.now())


class Production(TaskManager):
    """With an autoscaler: its Deployment keeps its number until the canary carries everything."""

    source = "kustomize: k8s/backend/prod"
    test_rolling_with_a_quarter_more_and_a_quarter_less = test_blue_green = None

    def test_canary(self):
        strategy = self.canary("25%, 50%, 100%")
        self.deploy("app:v1")
        self.kubectl("scale", "-n", "team", "deployment/backend", "--replicas=4")  # the autoscaler
        self.kubectl("rollout", "status", "-n", "team", "deployment/backend", "--timeout=60s")
        good = self.under_load("app:v2", strategy=strategy)
        self.assert_nothing_failed(good, "v1", "v2")
        self.assert_shares(good, "v2", 0, 0.5, 1)
        wanted = [e.after["spec"]["replicas"] for e in self.cluster.store.events
                  if e.after and e.kind.kind == "Deployment"
                  and e.after["metadata"]["name"] == "backend-canary"]
        self.assertEqual(4, max(wanted))
        self.assertEqual(("v2", 4), (self.now(), self.replicas_of("backend")))

    def wanted(self):
        """(old, new) pods wanted, at every moment."""
        found, now = set(), {}
        for event in self.cluster.store.events:
            if event.kind.kind == "Deployment" and event.after:
                now[event.after["metadata"]["name"]] = event.after["spec"]["replicas"]
                found.add((now.get("backend"), now.get("backend-canary")))
        return found

    def test_undone_when_the_canary_carried_everything(self):
        """Its Deployment gets the number back that the autoscaler had given it, not the recorded one."""
        self.deploy("app:v1")
        self.kubectl("scale", "-n", "team", "deployment/backend", "--replicas=4")  # the autoscaler
        self.kubectl("rollout", "status", "-n", "team", "deployment/backend", "--timeout=60s")
        bad = self.under_load("app:sick", code=5, strategy="{canary: {steps: [50%, 100%], deadline: 90s}}")
        self.assert_only_the_sick_failed(bad, old="v1")
        self.assertIn((0, 4), self.wanted())
        self.assertEqual(("v1", 4), (self.now(), self.replicas_of("backend")))
        self.assertIsNone(self.cluster.get("Deployment", "backend-canary", "team"))


class WithoutAPause(DeployTest):
    """What the load finds where a manifest promises less: pods that end while traffic still comes."""

    left_out = ("readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 1}",
                "lifecycle: {preStop: {sleep: {seconds: 1}}}")

    def manifest(self, **changes):
        text = super().manifest(**changes)
        for each in self.left_out:
            self.assertIn(each, text)
            text = text.replace(each, "")
        return text

    def test_it_loses_requests_and_that_was_said(self):
        self.cluster.store.endpoint_lag = LAG
        text = self.deploy("app:v1")
        self.assertIn("container 'app' of app has no readinessProbe", text)
        self.assertIn("container 'app' of app has no preStop pause", text)
        self.left_out = self.left_out[1:]
        with Traffic(self.cluster, "team") as traffic:
            text = self.deploy("app:v2")
        traffic.note("without preStop: app:v2")
        self.assertEqual({503}, {answer.status for answer in traffic.failed})
        self.assertNotIn("has no readinessProbe", text)
        self.assertIn("no preStop pause", text)


if __name__ == "__main__":
    main()
