"""`kind: build` with `docker:` where the docker program has buildx, and BuildKit of the engine builds."""
import json
import urllib.request

import test_docker_build
from docker_case import DockerTest
from harness import main
from registry_case import Registry, need_registry

SECRET = "s3cret-of-the-build"


class AsWithout(test_docker_build.Build):
    """What holds without it."""

    plugins = ("buildx",)
    test_a_secret_without_buildx_says_what_is_missing = None


class Buildx(DockerTest):
    plugins = ("buildx",)

    def dockerfile(self, text):
        self.write(text.replace("IMAGE", self.image), "app/Dockerfile")

    def registry(self):
        need_registry()
        registry = Registry(self.folder / "registry")
        self.addCleanup(registry.stop)
        return registry

    def test_what_a_failing_step_says_is_no_trouble_of_the_registrys(self):
        self.dockerfile("FROM IMAGE\nRUN echo connection refused >&2; exit 4\n")
        self.pipeline("stages: {image: {kind: build, docker: {context: app}}}")
        outcome, reason = self.outcome("image", code=1)
        self.assertEqual(outcome, "failed")
        self.assertIn("exit code: 4", reason)

    def test_a_secret_is_in_its_step_and_nowhere_else(self):
        self.dockerfile("FROM IMAGE\nRUN --mount=type=secret,id=TOKEN cat /run/secrets/TOKEN; "
                        "stat -c %s /run/secrets/TOKEN > /length\n")
        self.pipeline("""
            secrets: {TOKEN: {env: TEST_TOKEN}}
            stages:
              image:
                kind: build
                secrets: [TOKEN]
                docker: {context: app, secrets: [TOKEN], tags: 'pipectl-test/secret:1', cache: false}
            """)
        events = self.run_it(TEST_TOKEN=SECRET)
        self.assertEqual(self.docker("run", "--rm", "pipectl-test/secret:1", "cat", "/length"), str(len(SECRET)))
        self.assertNotIn(SECRET, json.dumps(events))
        for command in (("inspect",), ("history", "--no-trunc")):
            self.assertNotIn(SECRET, self.docker("image", *command, "pipectl-test/secret:1"))
        for path in (self.folder / ".pipectl").rglob("*"):
            if path.is_file():
                self.assertNotIn(SECRET.encode(), path.read_bytes(), path)

    def test_layers_come_from_an_image_in_a_registry(self):
        registry = self.registry()
        self.dockerfile("FROM IMAGE\nRUN echo made > /once\nCMD cat /once\n")
        self.pipeline(f"""
            stages:
              image:
                kind: build
                docker: {{context: app, tags: 'pipectl-test/cached:1', cache_from: '{registry.name}/cached'}}
              publish:
                kind: publish
                docker: {{image: 'pipectl-test/cached:1', to: '{registry.name}/cached'}}
            """)
        first = self.run_it("-s", "image")  # there is no such image yet
        taken = r"#(\d+) \[2/2\] RUN [^\n]*\n(#\1 pulling [^\n]*\n)*#\1 CACHED"
        self.assertNotRegex(self.output(first), taken)
        self.run_it("-s", "publish")
        self.docker("image", "rm", "pipectl-test/cached:1", f"{registry.name}/cached:latest", check=False)
        self.docker("builder", "prune", "--all", "--force")
        again = self.output(self.run_it("-s", "image"))
        self.assertRegex(again, r"importing cache manifest from 127[^\n]*/cached")
        self.assertRegex(again, taken)

    def test_each_platform_becomes_one_of_a_list(self):
        registry = self.registry()
        self.dockerfile("FROM scratch\nARG TARGETARCH\nCOPY Dockerfile /made-for-$TARGETARCH\n")
        self.pipeline(f"""
            stages:
              image:
                kind: build
                docker: {{context: app, tags: 'pipectl-test/several:1', platforms: [linux/amd64, linux/arm64]}}
              publish:
                kind: publish
                docker:
                  image: pipectl-test/several:1
                  to: '{registry.name}/several'
                  platforms: [linux/amd64, linux/arm64]
            """)
        self.run_it()
        kind = "application/vnd.docker.distribution.manifest.list.v2+json"
        with urllib.request.urlopen(urllib.request.Request(
                f"http://{registry.name}/v2/several/manifests/latest", headers={"Accept": kind})) as answer:
            listed = json.load(answer)["manifests"]
        self.assertEqual(sorted(m["platform"]["architecture"] for m in listed), ["amd64", "arm64"])
        made = self.docker("image", "inspect", "--format", "{{.Architecture}}", "pipectl-test/several:1-linux-arm64")
        self.assertEqual(made, "arm64")


if __name__ == "__main__":
    main()
