"""examples/financial-sim: a FastAPI service whose deploy undoes itself."""
import http.server
import json
import subprocess
import threading
import urllib.request

from docker_case import DockerTest
from example_case import ExampleCase, free_port, needs
from harness import main

TOOLS = needs("flake8", "black", "isort", "bandit", "pytest",
              modules=["fastapi", "uvicorn", "httpx", "redis", "pymongo"])
KEY = "rnd_very-secret-key"


class FinancialSim(ExampleCase):
    example = "financial-sim"

    def setUp(self):
        super().setUp()
        self.target = self.folder / "target"
        self.port = free_port()
        self.addCleanup(self.stop_service)

    def stop_service(self):
        subprocess.run(["/usr/bin/python3", self.place / "tools/local.py", "stop", self.target],
                       check=True)

    def deploy(self, *args, code, **params):
        return self.run_example(*args, code=code, port=self.port, deploy_root=self.target, **params)

    def version(self):
        url = f"http://127.0.0.1:{self.port}/health"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)["version"]


@TOOLS
class Quality(FinancialSim):
    def test_from_sources_to_a_healthy_deploy_without_docker(self):
        ended = self.deploy(code=0)
        containers = ("cache", "database", "image", "scan")
        for stage in (*containers, "render"):
            self.assertEqual(ended[stage]["outcome"], "skipped")
        self.assertIn("docker == 'yes'` is false", ended["image"]["reason"])
        ran = ("syntax", "style", "format", "imports", "unit", "fallback", "code", "settings",
               "local", "smoke", "stop")
        self.assertEqual(set(self.outcomes_of(ended, *ran)), {"succeeded"}, ended)
        self.assertIn("2 skipped", self.output("fallback"))
        self.assertFalse((self.target / "pid").exists())
        self.assert_clean()

    def test_style_warns(self):
        self.append("app/simulation.py", "import os;import sys\n")
        ended = self.run_example("-s", "quality", code=0)
        self.assertEqual(self.outcomes_of(ended, "syntax", "style", "format"),
                         ["succeeded", "warned", "warned"])

    def test_what_cannot_run_stops_everything(self):
        self.append("app/simulation.py", "def broken(:\n")
        ended = self.run_example(code=1)
        self.assertEqual(ended["syntax"]["outcome"], "failed")
        self.assertIn("errors: 1", ended["syntax"]["reason"])
        for stage in ("unit", "fallback", "code", "local"):
            self.assertIn("upstream", ended[stage]["reason"])

    def test_too_little_coverage(self):
        lines = "".join(f"    x = {n}\n" for n in range(200))
        (self.place / "app/untested.py").write_text(f"def untested():\n{lines}    return x\n")
        ended = self.run_example("-s", "unit", code=1)
        self.assertRegex(ended["unit"]["reason"], r"gate coverage: \d\d\.\d%, want >= 80%")

    def test_a_finding_of_high_severity(self):
        self.append("app/store.py", "\n\ndef run(text):\n    import subprocess\n\n"
                                    "    subprocess.call(text, shell=True)\n")
        ended = self.run_example("-s", "code", code=1)
        self.assertIn("gate high: 1, want == 0", ended["code"]["reason"])
        self.assertIn("B602", self.output("code") + json.dumps(self.said))


@TOOLS
class Deploys(FinancialSim):
    def test_an_ill_tier_is_named_and_the_release_before_put_back(self):
        self.deploy("-s", "local", code=0, keep_running="yes")
        before = self.version()
        self.assertTrue(before.endswith(".1"), before)
        self.change("pipeline.yaml", "within: 5s", "within: 1s")
        ended = self.deploy("-s", "local", code=5, require="cache", keep_running="yes")
        self.assertEqual(ended["local"]["outcome"], "rolled_back")
        self.assertRegex(ended["local"]["reason"],
                         r"health http://127\.0\.0\.1:\d+/health/cache: 503, want 200")
        self.assertIn(f"back to {before}", self.output("local"))
        self.assertEqual(self.version(), before)

    def test_the_first_release_leaves_nothing(self):
        self.change("pipeline.yaml", "within: 5s", "within: 1s")
        self.deploy("-s", "local", code=5, require="ai", keep_running="yes")
        self.assertIn("nothing runs", self.output("local"))
        self.assertFalse((self.target / "pid").exists())


class Render(http.server.BaseHTTPRequestHandler):
    """The API of Render for one service, and the service itself with an ill database."""

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def deploy(self, status, commit):
        return {"id": f"dep-{commit[:4]}", "status": status, "commit": {"id": commit}}

    def do_GET(self):
        if self.path.startswith("/v1/"):
            live = self.server.commits[-1]
            self.answer(200, [{"deploy": self.deploy("live" if c == live else "deactivated", c)}
                              for c in reversed(self.server.commits)])
        else:
            self.answer(503 if self.path == "/health/database" else 200, {"status": "?"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body, self.headers["Authorization"]))
        if "commitId" in body:
            self.server.commits.append(body["commitId"])
        self.answer(201, self.deploy("live", body.get("commitId", "back")))

    def log_message(self, *_):
        pass


@TOOLS
class AtRender(FinancialSim):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Render)
        self.server.asked, self.server.commits = [], ["0123456789"]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def test_an_ill_tier_puts_back_the_last_good_deploy(self):
        url = f"http://127.0.0.1:{self.server.server_port}"
        self.change("pipeline.yaml", "within: 30s", "within: 1s")
        env = self.environment(RENDER_API_URL=f"{url}/v1", RENDER_API_KEY=KEY)
        ended = self.run_example("-s", "render", code=5, env=env, target="render",
                                 render_service="srv-abc1", render_url=url)
        self.assertIn("/health/database: 503", ended["render"]["reason"])
        self.assertIn("0123456789 is live again", self.output("render"))
        self.assertNotIn(KEY, json.dumps(self.said))
        sha = self.git("rev-parse", "HEAD", cwd=self.repository)
        self.assertEqual(self.server.asked, [
            ("/v1/services/srv-abc1/deploys", {"commitId": sha}, f"Bearer {KEY}"),
            ("/v1/services/srv-abc1/rollback", {"deployId": "dep-0123"}, f"Bearer {KEY}"),
        ])


@TOOLS
@needs("redis-server", "docker")
class WithDocker(FinancialSim, DockerTest):
    def test_the_cache_is_a_real_redis_in_a_container(self):
        self.change("pipeline.yaml", "redis:7", self.redis_image())
        ended = self.run_example("-s", "machine", "-s", "cache", code=0,
                                 env=self.environment(DOCKER_HOST=self.host))
        self.assertEqual(ended["cache"]["outcome"], "succeeded", self.said)
        self.assertNotIn("REDIS_URL is not set", self.output("cache"))
        self.assertIn("MONGO_URL is not set", self.output("cache"))


if __name__ == "__main__":
    main()
