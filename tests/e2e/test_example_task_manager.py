"""examples/task-manager: quality, tests and build with the real tools, the load against the real backend,
its deploy by each strategy with the real manifests, kubectl and backend. What is not real there is the
image, in whose place each pod runs the commit's sources, and its database: tasks are in memory."""
import json
import shutil

from harness import main
from node_example import NodeExample

# How fast it is on a machine that does other things as well is not asked here.
PATIENT = {"audit": "no", "p95_ms": 60000}
SHIPPING = ("backend-image", "frontend-image", "backend-push", "frontend-push", "rolling", "blue-green",
            "canary", "frontend-deploy", "smoke")
NAMESPACE = "task-manager-dev"


class TaskManager(NodeExample):
    example = "task-manager"
    install = ("install",)
    trees = ("backend", "frontend")


class Quality(TaskManager):
    def test_all_that_a_laptop_can_do(self):
        ended = self.run_example(code=0, **PATIENT)
        ran = ("initialise", "backend-install", "frontend-install", "backend-lint", "frontend-types",
               "backend-unit", "frontend-unit", "frontend", "service", "load", "service-stop")
        self.assertEqual(set(self.outcomes_of(ended, *ran)), {"succeeded"}, ended)
        self.assertEqual(set(self.outcomes_of(ended, "integration", "load-full", *SHIPPING)), {"skipped"})
        self.assertIn("docker == 'yes'` is false", ended["integration"]["reason"])
        self.assertIn("has(environment.name)", ended["backend-image"]["reason"])
        if shutil.which("trivy") is None:
            self.assertIn("trivy", ended["files"]["reason"])
        for stage in ("backend-unit", "frontend-unit"):
            self.assertRegex(ended[stage]["summary"], r"^\d+ tests · coverage [89]\d[.\d]*%$")
        self.assertIn("P95", ended["load"]["summary"])
        self.assert_clean()
        self.check_that_only_changes_are_built()

    def check_that_only_changes_are_built(self):
        shutil.rmtree(self.place / "frontend/dist")
        self.git("commit", "-qm", "nothing of it", "--allow-empty", cwd=self.repository)
        ended = self.run_example("-s", "frontend", code=0, **PATIENT)
        self.assertEqual(ended["frontend"]["outcome"], "cached")
        self.assertIn("<title>Tasks</title>", (self.place / "frontend/dist/index.html").read_text())

    def test_a_pull_request_is_looked_at_and_no_more(self):
        plan = json.loads(self.pipectl("plan", "--json", "--event", "pull_request", "--branch", "main",
                                       cwd=self.place, code=0).stdout)
        runs = {stage["name"] for stage in plan["stages"] if stage["fate"] == "runs"}
        self.assertTrue({"initialise", "backend-unit", "frontend-types", "frontend"} <= runs, runs)
        self.assertFalse(runs & {"service", "load", *SHIPPING})

    def test_production_takes_main_only(self):
        ended = self.run_example("-E", "prod", "--branch", "feature", code=1, **PATIENT)
        self.assertIn("prod takes branch main; this is 'feature'", ended["initialise"]["reason"])
        self.assertEqual(set(self.outcomes_of(ended, "backend-unit", *SHIPPING)), {"skipped"})

    def test_a_type_that_does_not_fit_stops_it(self):
        self.change("frontend/src/tasks.ts", "?? 'done'", "?? 'late'")
        ended = self.run_example("-s", "frontend-types", code=1)
        self.assertEqual(ended["frontend-types"]["outcome"], "failed")
        self.assertIn("src/tasks.ts", self.output("frontend-types"))

    def test_a_test_of_the_frontend_that_fails_stops_it(self):
        self.change("frontend/src/tasks.ts", "?? 'done'", "?? 'open'")
        ended = self.run_example("-s", "frontend-unit", code=1)["frontend-unit"]
        self.assertIn("9 tests · 1 failed", ended["summary"])

    def test_a_weakness_of_what_is_delivered_stops_it(self):
        self.audited("backend-audit", code=0)
        reason = self.audited("frontend-audit", "react-dom", "critical", code=1)["reason"]
        self.assertIn("gate critical: 1, want == 0", reason)


class Deploys(TaskManager):
    """From one release to the next one by each strategy, and back from one that is sick."""

    install = ("backend-install",)
    trees = ("backend",)

    def setUp(self):
        super().setUp()
        self.env = self.start_cluster(DATABASE_URL="postgres://db/of-dev", REDIS_URL="redis://of-dev")

    def deploy(self, strategy, version, code=0):
        self.release(f"ghcr.io/task-manager/task-manager-backend:{version}", "backend", "src/server.js",
                     DATABASE_URL="", REDIS_URL="", APP_VERSION=version)
        return self.run_example("-s", "initialise", "-s", strategy, "-E", "dev", code=code, env=self.env,
                                strategy=strategy, version=version)[strategy]

    def health(self):
        return self.ask(NAMESPACE, "backend:80", "/health")[1]

    def test_rolling_and_canary(self):
        self.deploy("rolling", "v1.0.0")
        self.assertEqual(self.health(), {"status": "ok", "version": "v1.0.0"})
        deployment = self.cluster.get("Deployment", "backend", NAMESPACE)
        self.assertEqual(deployment["status"]["readyReplicas"], 2)
        self.deploy("canary", "v1.1.0")
        self.assertIn("1 of 2 are new", json.dumps(self.said))
        self.assertEqual(self.health(), {"status": "ok", "version": "v1.1.0"})

    def test_blue_green_and_back(self):
        self.deploy("blue-green", "v1.0.0")
        self.change("backend/src/health.js", "status: 'ok'", "status: 'sick'")
        self.change("pipeline.yaml", "within: 30s", "within: 3s")
        self.commit()
        ended = self.deploy("blue-green", "v1.1.0", code=5)
        self.assertEqual(ended["outcome"], "rolled_back")
        self.assertRegex(ended["reason"], "rolled back to .*:v1.0.0$")
        self.assertEqual(self.health(), {"status": "ok", "version": "v1.0.0"})


if __name__ == "__main__":
    main()
