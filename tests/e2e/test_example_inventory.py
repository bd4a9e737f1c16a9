"""examples/inventory: a Flask service with MongoDB and Redis that goes to Kubernetes."""
import json
import re
import shutil

from docker_case import DockerTest
from example_case import ExampleCase, needs
from harness import main
from kube_harness import KubeTest, ProcessRunner
from registry_case import Registry, free_port

TOOLS = needs("flake8", "black", "bandit", "pytest",
              modules=["flask", "prometheus_client", "pymongo", "redis", "mongomock", "fakeredis"])
PASSWORD = "mongo-very-secret"


class Inventory(ExampleCase):
    example = "inventory"

    def artifacts(self):
        run = self.said[0]["run"]
        return self.place / ".pipectl/runs" / run / "artifacts"


@TOOLS
class Checks(Inventory):
    def test_without_docker_and_a_cluster_it_gets_through_tests_and_checks(self):
        ended = self.run_example(code=0)
        ran = ("release", "test", "bandit", "flake8", "black")
        self.assertEqual(set(self.outcomes_of(ended, *ran)), {"succeeded"}, ended)
        left_out = ("cache", "database", "image", "publish", "backing (mongo)", "deploy", "smoke")
        self.assertEqual(set(self.outcomes_of(ended, *left_out)), {"skipped"})
        self.assertTrue((self.artifacts() / "test/pytest-results.xml").exists())
        self.assertTrue((self.artifacts() / "test/htmlcov/index.html").exists())
        self.assert_clean()

    def test_coverage_has_to_be_above_80_percent(self):
        shutil.rmtree(self.place / "tests/unit")
        self.write("def test_nothing():\n    import app.stock\n", self.place / "tests/test_one.py")
        ended = self.run_example("-s", "test", code=1)
        self.assertRegex(ended["test"]["reason"], r"gate coverage: \d+(\.\d+)?%, want > 80%")

    def test_what_checks_find_stops_it(self):
        self.append("app/stock.py", "\n\ndef run(text):\n    import subprocess\n\n"
                                    "    subprocess.call( text, shell=True)\n")
        ended = self.run_example("-k", "-s", "checks", code=1)
        self.assertIn("gate high: 1, want == 0", ended["bandit"]["reason"])
        self.assertIn("gate findings: 1, want == 0", ended["flake8"]["reason"])
        self.assertEqual(ended["black"]["outcome"], "failed")


@TOOLS
@needs("docker", "redis-server")
class WithDocker(Inventory, DockerTest):
    def test_the_cache_is_a_real_redis_in_a_container(self):
        self.change("pipeline.yaml", "redis:7", self.redis_image())
        ended = self.run_example("-s", "release", "-s", "cache", code=0,
                                 env=self.environment(DOCKER_HOST=self.host))
        self.assertEqual(ended["cache"]["outcome"], "succeeded", self.said)
        self.assertIn("3 passed, 2 skipped", self.output("cache"))

    @needs("docker-registry")
    def test_the_image_is_pushed_under_three_tags(self):
        registry = Registry(self.folder / f"registry{free_port()}")
        self.addCleanup(registry.stop)
        # Without a network there are neither base images nor packages.
        (self.place / "Dockerfile").write_text(f"FROM {self.image} AS runtime\nARG VERSION\n"
                                               "COPY app /app\nENV VERSION=$VERSION\n")
        self.change("pipeline.yaml", "[python3, -c, 'import app']",
                    "'test -e /app/stock.py && test -n \"$VERSION\"'")
        stages = [w for s in ("release", "image", "publish") for w in ("-s", s)]
        self.run_example(*stages, code=0, registry=f"{registry.name}/team",
                         env=self.environment(DOCKER_HOST=self.host))
        sha = self.git("rev-parse", "--short=7", "HEAD", cwd=self.repository)
        tag = re.search(rf"inventory-manager:({sha}-\d{{14}})", json.dumps(self.said)).group(1)
        self.addCleanup(self.docker, "rmi", "-f", f"inventory-manager:{tag}")
        digests = {registry.digest("team/inventory-manager", t) for t in ("latest", sha, tag)}
        self.assertEqual(len(digests), 1, digests)


class Images:
    """Pods of the double are processes of the real application; its Redis is the pod beside it."""

    def __init__(self, place):
        self.place, self.cluster, self.redis = place, None, None

    def __contains__(self, image):
        return True

    def __getitem__(self, image):
        name, _, tag = image.partition(":")
        if name == "mongo":  # nobody asks it: the application keeps its items in a mock
            return ["sh", "-c", 'exec /usr/bin/python3 -m http.server --bind "$POD_IP" 27017']
        if name == "redis":
            return ["sh", "-c", 'exec redis-server --bind "$POD_IP" --save "" --protected-mode no']
        return ["sh", "-c", f"cd {self.place} && VERSION={tag} REDIS_URL=redis://{self.address()}/0 "
                            "exec /usr/bin/python3 -m gunicorn --threads 4 --bind $POD_IP:5000 "
                            "tests.mocked:application"]

    def address(self):
        pods = self.cluster.list("Pod", "inventory")
        found = next(p for p in pods if p["metadata"]["labels"].get("app") == "redis")
        return self.redis or found["status"]["podIP"]


@TOOLS
@needs("redis-server", modules=["gunicorn"])
class InACluster(Inventory, KubeTest):
    def runner(self):
        runner = ProcessRunner({})
        runner.images = self.images = Images(self.folder / "clone/examples/inventory")
        return runner

    def setUp(self):
        super().setUp()
        self.images.cluster = self.cluster

    def deploy(self, *stages, code):
        chosen = [word for stage in ("release", *stages) for word in ("-s", stage)]
        env = self.environment(KUBECONFIG=self.cluster.kubeconfig, HOME=str(self.folder),
                               MONGO_PASSWORD=PASSWORD)
        return self.run_example(*chosen, code=code, env=env, context="double")

    def version(self):
        return self.ask("/health", "inventory:80", "inventory")[1]["version"]

    def test_it_is_rolled_out_and_a_release_that_is_not_ready_is_undone(self):
        ended = self.deploy("backing", "deploy", "smoke", code=0)
        self.assertEqual(set(self.outcomes_of(ended, *ended)), {"succeeded"}, ended)
        self.assertNotIn(PASSWORD, json.dumps(self.said))
        before = self.version()
        status, items = self.ask("/api/items", "inventory:80", "inventory")
        self.assertEqual((status, items), (200, []))

        self.change("pipeline.yaml", "deadline: 120s", "deadline: 15s")
        self.images.redis = "127.0.0.1:1"
        ended = self.deploy("deploy", code=5)
        self.assertEqual(ended["deploy"]["outcome"], "rolled_back", ended)
        self.assertEqual(self.version(), before)
        self.assertEqual(self.ask("/ready", "inventory:80", "inventory")[0], 200)


if __name__ == "__main__":
    main()
