"""examples/balance-sheet: quality with the real npm, ESLint and Jest, the load against the real service,
the deploy with the real manifests, kubectl and service. What is not real there is the image, in whose
place each pod runs the commit's sources."""
import json

from harness import main
from node_example import NodeExample
from npm_folder import node_version, npm_folder

# How fast it is on a machine that does other things as well is not asked here.
PATIENT = {"audit": "no", "p95_ms": 60000, "mean_ms": 60000, "rps": 1}
SHIPPING = ("image", "image-test", "push", "staging", "release", "publish")
# The newest cheerio would bring eight packages more.
ARTILLERY = ("artillery@2.0.21", "cheerio@1.0.0-rc.12")
SCENARIOS = {"health", "authentication", "income", "expense", "asset", "summary"}
NAMESPACE, NAME = "balance-sheet-staging", "balance-sheet"


class BalanceSheet(NodeExample):
    example = "balance-sheet"

    def test_all_that_a_laptop_can_do(self):
        ended = self.run_example(code=0, **PATIENT)
        ran = ("install", "lint", "unit", "service", "load", "service-stop")
        self.assertEqual(set(self.outcomes_of(ended, *ran)), {"succeeded"}, ended)
        self.assertEqual(set(self.outcomes_of(ended, "audit", "load-full", "load-artillery", *SHIPPING)), {"skipped"})
        self.assertIn("params.ship == 'yes'` is false", ended["image"]["reason"])
        self.assertRegex(ended["unit"]["summary"], r"^\d+ tests · coverage (100|9\d[.\d]*)%$")
        result = json.loads((self.place / ".pipectl-reports/load/load.json").read_text())
        self.assertEqual(set(result["scenarios"]), SCENARIOS)
        for name, scenario in result["scenarios"].items():
            self.assertGreater(scenario["requests"], 0, name)
        self.assertFalse((self.place / ".service/pid").exists())
        self.assert_clean()

    def test_a_pull_request_is_looked_at_and_no_more(self):
        plan = json.loads(self.pipectl("plan", "--json", "--event", "pull_request", "--branch", "main",
                                       cwd=self.place, code=0).stdout)
        runs = {stage["name"] for stage in plan["stages"] if stage["fate"] == "runs"}
        self.assertEqual(runs, {"install", "audit", "lint", "unit"})

    def test_a_lint_error_stops_it(self):
        self.change("src/app.js", "const app = express();", "var unused;\n  const app = express();")
        ended = self.run_example("-s", "lint", code=1)
        self.assertIn("gate errors: 1, want == 0", ended["lint"]["reason"])

    def test_too_little_coverage_stops_it(self):
        for name in ("auth", "entries", "summary"):
            (self.place / f"tests/{name}.test.js").unlink()
        ended = self.run_example("-s", "unit", code=1)
        self.assertRegex(ended["unit"]["reason"], r"^gate coverage: \d\d[.\d]*%, want >= 80%")

    def test_a_test_that_fails_stops_it(self):
        self.change("src/summary.js", "sums.income - sums.expense,", "sums.income,")
        ended = self.run_example("-s", "unit", code=1)
        self.assertIn("1 failed", ended["unit"]["summary"])

    def test_a_limit_of_the_load_that_is_not_kept_stops_what_comes_after(self):
        ended = self.run_example("--from", "service", "--branch", "main", code=1,
                                 **PATIENT | {"p95_ms": 0, "ship": "yes"})
        self.assertRegex(ended["load"]["reason"], r"^gate p95: .*, want < 0ms")
        self.assertEqual(self.outcomes_of(ended, "service", "service-stop"), ["succeeded"] * 2)
        self.assertEqual({ended[stage]["reason"] for stage in SHIPPING}, {"upstream load"})
        self.assertFalse((self.place / ".service/pid").exists())

    def test_the_load_by_the_real_artillery(self):
        if node_version() < 20:
            self.skipTest("what Artillery depends on wants Node 20 or later")
        installed = npm_folder("artillery", ARTILLERY) / "node_modules/.bin/artillery"
        (self.place / "node_modules/.bin/artillery").symlink_to(installed.resolve())
        stages = ("-s", "service", "-s", "load-artillery", "-s", "service-stop")
        ended = self.run_example(*stages, code=0, load="artillery", **PATIENT)
        self.assertRegex(ended["load-artillery"]["summary"], r"^P95 .*ms · errors 0% · \d+ requests$")
        good = self.told()
        self.change("load/artillery.yaml", "Bearer {{ $process", "Nobody {{ $process")
        ended = self.run_example(*stages, code=1, load="artillery", **PATIENT)
        self.assertRegex(ended["load-artillery"]["reason"], r"^gate error_rate: .*%, want < 10%$")
        self.assertFalse((self.place / ".service/pid").exists())
        bad = self.told()
        self.assertEqual(sum(good[f"scenario.{name}.requests"] for name in SCENARIOS), good["requests"])
        self.assertEqual((bad["scenario.health.error_rate"], bad["scenario.expense.error_rate"]), (0, 100))

    def test_a_weakness_of_what_is_delivered_stops_it(self):
        self.assertEqual(self.audited("audit", code=0)["outcome"], "succeeded")
        self.assertIn("gate high: 1, want == 0", self.audited("audit", "jsonwebtoken", code=1)["reason"])
        self.audited("audit", "jsonwebtoken", "moderate", code=0)
        self.audited("audit", "jest", "critical", code=0)

    def test_a_release_gets_three_pods_and_a_sick_one_is_undone(self):
        env = self.start_cluster(STAGING_JWT_SECRET="the-secret-of-staging")
        self.assertEqual(self.deploy(env, code=0)["outcome"], "succeeded")
        ask = lambda path: self.ask(NAMESPACE, f"{NAME}:80", path)  # noqa: E731
        self.assertEqual(ask("/ready"), (200, {"status": "ready", "database": "ok"}))
        self.assertEqual(ask("/api/summary"), (401, {"error": "a bearer token is needed"}))
        deployment = self.cluster.get("Deployment", NAME, NAMESPACE)
        self.assertEqual(deployment["status"]["readyReplicas"], 3)
        for kind in ("ConfigMap", "HorizontalPodAutoscaler", "Ingress"):
            self.assertIsNotNone(self.cluster.get(kind, NAME, NAMESPACE), kind)
        image = deployment["spec"]["template"]["spec"]["containers"][0]["image"]

        self.change("src/health.js", "status: 'ok'", "status: 'sick'")
        self.change("pipeline.yaml", "within: 30s", "within: 3s")
        self.commit()
        ended = self.deploy(env, code=5)
        self.assertEqual(ended["outcome"], "rolled_back")
        self.assertIn(f"rolled back to {image}", ended["reason"])
        self.assertEqual(ask("/health")[1]["status"], "ok")

    def test_the_commits_say_what_the_next_version_is(self):
        remote = self.folder / "remote.git"
        self.git("init", "-q", "--bare", remote)
        self.git("remote", "add", "origin", remote, cwd=self.repository)
        self.change("pipeline.yaml", "    secrets: [GITHUB_TOKEN]\n    changelog", "    github: false\n    changelog")
        for subject, tag in (("feat: a first version", "v1.0.0"), ("fix: a mistake", "v1.0.1")):
            (self.place / "src/new.js").write_text(f"// {subject}\n")
            self.git("add", "-A", cwd=self.repository)
            self.git("commit", "-qm", subject, cwd=self.repository)
            self.git("push", "-q", "origin", "main", cwd=self.repository)
            ended = self.run_example("-s", "release", code=0, ship="yes", env=self.environment(
                GIT_COMMITTER_NAME="t", GIT_COMMITTER_EMAIL="t@localhost"))
            self.assertIn(f"released {tag}", ended["release"]["summary"])
            self.assertIn(tag, self.git("tag", cwd=remote).split())
        self.assertEqual(json.loads((self.place / "package.json").read_text())["version"], "1.0.1")

    def told(self):
        return {e["name"]: e["value"] for e in self.said if e["event"] == "stage.metric"}

    def deploy(self, env, code):
        """Deploys what is committed; how the stage ended."""
        self.release(f"docker.io/balancesheet/balance-sheet:{self.short_sha()}", ".", "src/server.js",
                     DATABASE=":memory:")
        return self.run_example("-s", "staging", code=code, env=env, ship="yes")["staging"]


if __name__ == "__main__":
    main()
