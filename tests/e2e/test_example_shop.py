"""examples/shop: four FastAPI services, by themselves and together."""
import json
import re
import subprocess
import urllib.request

from docker_case import DockerTest
from example_case import ExampleCase, needs
from harness import main
from python_image import python_image
from registry_case import PASSWORD, Registry

SERVICES = ("catalog", "users", "orders", "notifications")
TOOLS = needs("flake8", "pytest", modules=["fastapi", "uvicorn", "httpx", "sqlalchemy", "fakeredis"])


def each(stage):
    return [f"{stage} ({service})" for service in SERVICES]


class Shop(ExampleCase):
    example = "shop"


@TOOLS
class Tests(Shop):
    def test_without_docker_the_services_are_processes(self):
        ended = self.run_example(code=0)
        ran = ("machine", "lint", *each("unit"), "processes")
        self.assertEqual(set(self.outcomes_of(ended, *ran)), {"succeeded"}, ended)
        left_out = (*each("images"), "containers", *each("release"), *each("publish"), "codecov")
        self.assertEqual(set(self.outcomes_of(ended, *left_out)), {"skipped"})
        self.assertIn("2 passed", self.output("processes"))
        self.assert_clean()

    def test_one_service_fails(self):
        self.change("shop/catalog.py", "status_code=201", "status_code=200")
        ended = self.run_example("-k", code=1)
        self.assertEqual(self.outcomes_of(ended, *each("unit")),
                         ["failed", "succeeded", "succeeded", "succeeded"])
        self.assertIn("upstream unit (catalog)", ended["processes"]["reason"])

    def test_a_gate_for_each_service(self):
        lines = "".join(f"    x = {n}\n" for n in range(50))
        self.append("shop/users.py", f"\n\ndef untested():\n{lines}    return x\n")
        ended = self.run_example("-k", "-s", "unit", code=1)
        self.assertEqual(self.outcomes_of(ended, *each("unit")),
                         ["succeeded", "failed", "succeeded", "succeeded"])
        self.assertRegex(ended["unit (users)"]["reason"], r"gate coverage: \d\d(\.\d)?%, want >= 80%")

    def test_a_pull_request_publishes_nothing(self):
        text = self.pipectl("plan", self.place / "pipeline.yaml", "--event", "pull_request",
                            "--branch", "main", cwd=self.repository, code=0).stdout
        self.assertRegex(text, r"(?m)^▶ unit \(orders\)")
        self.assertRegex(text, r"(?m)^- publish \(orders\) +skipped: `on: pull_request` does not list it")


@needs("docker", "docker-registry", "htpasswd")
class Images(Shop, DockerTest):
    def platforms(self, registry, path, tag):
        login = urllib.request.HTTPPasswordMgrWithPriorAuth()
        login.add_password(None, f"http://{registry.name}", "robot", PASSWORD, is_authenticated=True)
        opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(login))
        listed = json.loads(opener.open(urllib.request.Request(
            f"http://{registry.name}/v2/{path}/manifests/{tag}",
            headers={"Accept": "application/vnd.docker.distribution.manifest.list.v2+json"})).read())
        return sorted(m["platform"]["architecture"] for m in listed["manifests"])

    def test_two_platforms_go_to_two_registries(self):
        registries = [Registry(self.folder / f"registry{n}", PASSWORD) for n in "12"]
        for registry, name in zip(registries, ("ghcr.io", "docker.io")):
            self.addCleanup(registry.stop)
            self.change("pipeline.yaml", name, registry.name)
        self.change("pipeline.yaml", f"[{', '.join(SERVICES)}]", "[catalog]")
        # Without a network there are neither base images nor packages.
        (self.place / "Dockerfile").write_text("FROM scratch AS runtime\nARG SERVICE\nCOPY shop /shop\n")
        stages = [w for s in ("machine", "release", "publish", "version") for w in ("-s", s)]
        env = self.environment(DOCKER_HOST=self.host, GHCR_TOKEN=PASSWORD, DOCKERHUB_TOKEN=PASSWORD)
        self.run_example(*stages, "--event", "tag", "--tag", "v1.2.0", code=0, env=env, owner="robot")
        sha = self.git("rev-parse", "--short=7", "HEAD", cwd=self.repository)
        self.addCleanup(self.docker, "rmi", "-f", *self.made(f"shop-catalog-release:{sha}"))
        for registry in registries:
            for tag in ("latest", sha, "v1.2.0"):
                self.assertEqual(self.platforms(registry, "robot/shop-catalog", tag), ["amd64", "arm64"])
        self.assertNotIn(PASSWORD, json.dumps(self.said))

    @staticmethod
    def made(name):
        return [f"{name}-linux-{platform}" for platform in ("amd64", "arm64")]


MODULES = ("fastapi starlette pydantic anyio sniffio idna typing_extensions uvicorn h11 click httpx httpcore "
           "certifi rfc3986 sqlalchemy redis async_timeout asgiref deprecated wrapt packaging").split()


TO_JSON = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))"


@TOOLS
@needs("docker", "redis-server", modules=[*MODULES, "yaml"])
class Together(Shop, DockerTest):
    def without_postgres_and_rabbitmq(self):
        """The Compose file with what can be had without a registry: the services and their Redis."""
        file = self.place / "compose.yaml"
        stack = json.loads(subprocess.run(["/usr/bin/python3", "-c", TO_JSON, file], check=True,
                                          stdout=subprocess.PIPE).stdout)
        services = stack["services"]
        for name in ("catalog-db", "users-db", "orders-db", "queue"):
            del services[name]
        for name in SERVICES:
            services[name].pop("depends_on")
            services[name]["environment"].pop("DATABASE_URL", None)
            services[name]["environment"].pop("AMQP_URL", None)
        services["orders"]["environment"]["NOTIFICATIONS_URL"] = "http://notifications:8000"
        services["notifications"]["depends_on"] = {"messages": {"condition": "service_healthy"}}
        services["messages"]["image"] = self.redis_image()
        file.write_text(json.dumps(stack))

    def test_images_are_built_and_tried_together(self):
        self.without_postgres_and_rabbitmq()
        self.change("Dockerfile", "python:3.11-slim", python_image(MODULES))
        stages = [w for s in ("machine", "images", "together") for w in ("-s", s)]
        # One after the other: the later images find the layers of the first.
        ended = self.run_example("-j", 1, *stages, code=0, env=self.environment(DOCKER_HOST=self.host))
        sha = self.git("rev-parse", "--short=7", "HEAD", cwd=self.repository)
        self.addCleanup(self.docker, "rmi", "-f", *(f"shop-{service}:{sha}" for service in SERVICES))
        self.assertEqual(ended["containers"]["outcome"], "succeeded", self.said)
        self.assertEqual(ended["processes"]["outcome"], "skipped")
        self.assertIn("2 passed", self.output("containers"))
        logs = self.place / ".pipectl/runs" / self.said[0]["run"] / "services"
        text = "".join(log.read_text() for log in logs.iterdir())
        told = re.search(r"service=notifications trace=([0-9a-f]{12}) told", text)
        self.assertIsNotNone(told, text)
        for service in ("users", "catalog", "orders"):
            self.assertIn(f"service={service} trace={told.group(1)} ", text)


if __name__ == "__main__":
    main()
