"""The recipe "By digest", from a repository to pods: a real engine, a registry with a login, real kubectl, and
pods that are containers."""
import json
import pathlib
import re

from kube_harness import KubeTest, MANIFEST
from kube import DockerRunner
import docker_engine
from harness import main
from registry_case import PASSWORD, Registry, Uploads, need_registry

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/recipes.md"
DOCKERFILE = """
FROM BASE
COPY app /bin/
COPY index.html ready /www/
CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
"""


class ByDigest(KubeTest):
    def runner(self):
        need_registry()
        self.registry = Registry(self.folder / "registry", password=PASSWORD)
        self.addCleanup(self.registry.stop)
        node = DockerRunner(docker_engine.engine(), config=self.folder / "node")
        done = node.call("login", "-u", "robot", "--password-stdin", self.registry.name, stdin=None,
                         input=PASSWORD.encode())
        self.assertEqual(0, done.returncode, done.stderr)
        return node

    def setUp(self):
        super().setUp()
        self.env |= {"DOCKER_HOST": docker_engine.engine(), "REGISTRY_TOKEN": PASSWORD}
        recipe = re.search(r"^### By digest$.*?^```yaml$\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
        self.write(recipe[1].replace("ghcr.io", self.registry.name))
        self.write(MANIFEST.replace("replicas: 3", "replicas: 1"), "k8s/app.yaml")
        self.write(DOCKERFILE.replace("BASE", docker_engine.busybox()), "Dockerfile")
        self.write("#!/bin/sh\ncat /www/index.html\n", "app").chmod(0o755)
        self.write("yes\n", "ready")
        self.write(".pipectl\nregistry\nnode\n", ".gitignore")
        self.git("init", "-q")

    def release(self, version):
        """Commits and runs it; the image as the registry has it."""
        self.write(json.dumps({"version": version}), "index.html")
        self.git("add", "-A")
        self.git("commit", "-qm", version)
        self.pipectl("run", code=0, env=self.env, timeout=300)
        return f"{self.registry.name}/team/app@{self.registry.digest('team/app', self.tag(), PASSWORD)}"

    def tag(self):
        return self.git("rev-parse", "HEAD")[:7]

    def images(self):
        return {pod["spec"]["containers"][0]["image"] for pod in self.cluster.list("Pod", "shop")
                if "deletionTimestamp" not in pod["metadata"]}

    def answer(self):
        return self.ask(namespace="shop")[1]["version"]

    def test_what_was_pushed_is_what_runs_whoever_moves_the_tag(self):
        first = self.release("v1")
        self.assertEqual(({first}, "v1"), (self.images(), self.answer()))
        Uploads(self.registry, PASSWORD).image("team/app", self.tag(), "somebody else's")
        self.kubectl("scale", "-n", "shop", "deployment/app", "--replicas=2")
        self.kubectl("rollout", "status", "-n", "shop", "deployment/app", "--timeout=60s")
        self.assertEqual(({first}, "v1"), (self.images(), self.answer()))
        second = self.release("v2")
        self.assertNotEqual(first, second)
        self.assertEqual(({second}, "v2"), (self.images(), self.answer()))


if __name__ == "__main__":
    main()
