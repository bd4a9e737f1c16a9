"""`kind: build` and `kind: publish` with `docker:`: a real engine and real registries."""
import base64
import json
import shutil
import subprocess
import urllib.request

from docker_case import DockerTest, docker_engine
from harness import main
from registry_case import PASSWORD, Registry, free_port
from registry_proxy import RegistryProxy

DOCKERFILE = """\
FROM IMAGE AS base
ARG VERSION=0
RUN echo "$VERSION" > /version
FROM base AS runtime
CMD ["cat", "/version"]
FROM base AS other
RUN false
"""


class Build(DockerTest):
    def setUp(self):
        super().setUp()
        self.write(DOCKERFILE.replace("IMAGE", self.image), "app/Dockerfile")

    def inspect(self, name, form):
        return self.docker("image", "inspect", "--format", form, name)

    def test_tags_target_arguments_labels_outputs_and_check(self):
        self.git("init", "-q")
        self.git("remote", "add", "origin", "https://example.org/team/app.git")
        self.git("add", ".")
        self.git("commit", "-qm", "first")
        sha = self.git("rev-parse", "HEAD")
        self.pipeline("""
            env: {SOURCE_DATE_EPOCH: 86400}
            stages:
              image:
                kind: build
                docker:
                  context: app
                  target: runtime
                  build_args: {VERSION: '${{ git.short_sha }}'}
                  labels: {team: blue}
                  tags: ['pipectl-test/app:${{ git.short_sha }}', 'pipectl-test/app:latest']
                  check: test -s /version
              after:
                run: echo "$PIPECTL_OUT_IMAGE_IMAGE $PIPECTL_OUT_IMAGE_IMAGE_SIZE"
            """)
        events = self.run_it()
        name = f"pipectl-test/app:{sha[:7]}"
        labels = json.loads(self.inspect(name, "{{json .Config.Labels}}"))
        self.assertEqual(labels["org.opencontainers.image.revision"], sha)
        self.assertEqual(labels["org.opencontainers.image.source"], "https://example.org/team/app.git")
        self.assertEqual(labels["org.opencontainers.image.created"], "1970-01-02T00:00:00Z")
        self.assertEqual(labels["team"], "blue")
        self.assertEqual(self.docker("run", "--rm", name), sha[:7])
        self.assertEqual(self.inspect(name, "{{.Id}}"), self.inspect("pipectl-test/app:latest", "{{.Id}}"))
        size = self.inspect(name, "{{.Size}}")
        self.assertEqual(self.output(events, "after"), f"{name} {size}\n")
        self.assertIn(name, self.finished(events, "image")["summary"])

    def test_an_image_to_take_layers_from_that_is_not_there(self):
        self.pipeline(f"""
            stages:
              image:
                kind: build
                docker: {{context: app, target: runtime, cache_from: '127.0.0.1:{free_port()}/absent:1'}}
            """)
        events = self.run_it()
        self.assertRegex(json.dumps(events), "no layers are taken from 127|importing cache manifest from 127")

    def test_a_step_that_fails_is_the_stages_failure(self):
        self.pipeline("""
            stages:
              image: {kind: build, docker: {context: app, target: other}}
            """)
        outcome, reason = self.outcome("image", code=1)
        self.assertEqual(outcome, "failed")
        self.assertRegex(reason, "code: 1$|code: 1 ")

    def test_a_program_of_another_platform_says_what_the_engine_lacks(self):
        docker_engine.add_image("pipectl-test/foreign:1", files={"bin/sh": ("\x7fELF of nowhere", 0o755)}, links=())
        self.write("FROM pipectl-test/foreign:1\nRUN true\n", "app/Dockerfile")
        self.pipeline("stages: {image: {kind: build, docker: {context: app}}}")
        outcome, reason = self.outcome("image", code=1)
        self.assertEqual(outcome, "failed")
        self.assertIn("register an emulator", reason)

    def test_a_base_that_is_not_to_be_had_is_infrastructure(self):
        self.write("FROM 127.0.0.1:9/absent:1\n", "app/Dockerfile")
        self.pipeline("""
            stages:
              image: {kind: build, docker: {context: app}}
            """)
        self.assertEqual(self.outcome("image", code=3)[0], "infra")

    def test_a_check_that_fails(self):
        self.pipeline("""
            stages:
              image: {kind: build, docker: {context: app, target: runtime, tags: 'pipectl-test/c:1', check: [test, -e, /absent]}}
            """)
        outcome, reason = self.outcome("image", code=1)
        self.assertIn("check of pipectl-test/c:1: exit code 1", reason)

    def test_a_secret_without_buildx_says_what_is_missing(self):
        if subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False).returncode == 0:
            self.skipTest("buildx is here")
        self.pipeline("""
            secrets: {TOKEN: {env: TOKEN}}
            stages:
              image: {kind: build, secrets: [TOKEN], docker: {context: app, secrets: [TOKEN]}}
            """)
        outcome, reason = self.outcome("image", code=3, TOKEN="abcdef")
        self.assertIn("secrets of a build need buildx", reason)


class Publish(DockerTest):
    def setUp(self):
        super().setUp()
        if shutil.which("docker-registry") is None:
            if docker_engine.IN_CI:
                self.fail("docker-registry is not installed")
            self.skipTest("no docker-registry here")
        self.docker("tag", self.image, "pipectl-test/app:1")

    def registry(self, **options):
        registry = Registry(self.folder / f"registry{free_port()}", **options)
        self.addCleanup(registry.stop)
        return registry

    def test_several_registries_and_tags_and_the_digest_is_read_back(self):
        one, two = self.registry(), self.registry()
        self.pipeline(f"""
            stages:
              publish:
                kind: publish
                docker:
                  image: pipectl-test/app:1
                  to: ['{one.name}/team/app', '{two.name}/app']
                  tags: [latest, '1.0']
              after: {{run: echo "$PIPECTL_OUT_PUBLISH_DIGEST"}}
            """)
        events = self.run_it()
        digests = {one.digest("team/app", "latest"), one.digest("team/app", "1.0"),
                   two.digest("app", "latest"), two.digest("app", "1.0")}
        self.assertEqual(len(digests), 1)
        self.assertEqual(self.output(events, "after"), digests.pop() + "\n")
        self.assertIn("4 names", self.finished(events, "publish")["summary"])

    def publish_with_login(self, registry):
        self.pipeline(f"""
            secrets: {{REGISTRY_PASSWORD: {{env: REGISTRY_PASSWORD}}}}
            stages:
              publish:
                kind: publish
                secrets: [REGISTRY_PASSWORD]
                docker:
                  image: pipectl-test/app:1
                  to: '{registry.name}/team/app'
                  login: {{'{registry.name}': {{username: robot, password: REGISTRY_PASSWORD}}}}
            """)

    def test_login_by_a_secret_that_stays_here(self):
        registry = self.registry(password=PASSWORD)
        self.publish_with_login(registry)
        home = self.folder / "home"
        home.mkdir()
        argv = self.folder / "argv"
        self.write(f'#!/bin/sh\necho "$*" >> "{argv}"\nexec {shutil.which("docker")} "$@"\n', "bin/docker").chmod(0o755)
        self.run_it(REGISTRY_PASSWORD=PASSWORD, HOME=str(home), PATH=f"{self.folder}/bin:{self.env()['PATH']}")
        self.assertTrue(registry.digest("team/app", "latest", PASSWORD).startswith("sha256:"))
        self.assertIn("login", argv.read_text())
        self.assertNotIn(PASSWORD, argv.read_text())
        login = base64.b64encode(f"robot:{PASSWORD}".encode()).decode()
        for folder in (home, self.folder / ".pipectl"):
            for path in folder.rglob("*"):
                if path.is_file():
                    text = path.read_text(errors="replace")
                    self.assertNotIn(PASSWORD, text, path)
                    self.assertNotIn(login, text, path)

    def test_a_wrong_password(self):
        registry = self.registry(password=PASSWORD)
        self.publish_with_login(registry)
        outcome, reason = self.outcome("publish", code=3, REGISTRY_PASSWORD="not-the-one")
        self.assertEqual(outcome, "infra")
        self.assertIn(f"cannot log in to {registry.name} as robot", reason)

    def test_without_a_login(self):
        registry = self.registry(password=PASSWORD)
        self.pipeline(f"""
            stages:
              publish: {{kind: publish, docker: {{image: 'pipectl-test/app:1', to: '{registry.name}/app'}}}}
            """)
        outcome, reason = self.outcome("publish", code=3)
        self.assertIn("docker login", reason)

    def test_a_registry_that_fails_at_first(self):
        registry = self.registry()
        proxy = RegistryProxy(registry.name, failures=2)
        self.addCleanup(proxy.stop)
        self.pipeline(f"""
            stages:
              publish: {{kind: publish, docker: {{image: 'pipectl-test/app:1', to: '{proxy.name}/app'}}}}
            """)
        events = self.run_it()
        self.assertTrue(registry.digest("app", "latest"))
        self.assertTrue(any("again in" in e["text"] for e in events if e["event"] == "stage.note"))

    def test_layers_come_from_an_image_in_a_registry(self):
        registry = self.registry()
        self.docker("build", "-t", f"{registry.name}/base:1", "-", data=f"FROM {self.image}\nRUN pwd\n".encode())
        layer = self.docker("image", "inspect", "--format", "{{.Id}}", f"{registry.name}/base:1")
        self.docker("push", f"{registry.name}/base:1")
        self.docker("rmi", "-f", layer)
        self.write(f"FROM {self.image}\nRUN pwd\n", "app/Dockerfile")
        self.pipeline(f"""
            stages:
              image: {{kind: build, docker: {{context: app, cache_from: '{registry.name}/base:1', tags: 'pipectl-test/l:1'}}}}
            """)
        self.assertIn("Using cache", self.output(self.run_it()))

    def test_no_registry(self):
        self.pipeline(f"""
            stages:
              publish: {{kind: publish, docker: {{image: 'pipectl-test/app:1', to: '127.0.0.1:{free_port()}/app'}}}}
            """)
        self.assertEqual(self.outcome("publish", code=3)[0], "infra")

    def test_an_image_that_is_not_here(self):
        self.pipeline(f"""
            stages:
              publish: {{kind: publish, docker: {{image: 'pipectl-test/absent:1', to: '127.0.0.1:{free_port()}/app'}}}}
            """)
        outcome, reason = self.outcome("publish", code=3)
        self.assertIn("cannot name pipectl-test/absent:1", reason)

    def test_several_platforms_become_one_list(self):
        registry = self.registry()
        self.write("FROM scratch\nCOPY Dockerfile /\n", "app/Dockerfile")
        self.pipeline(f"""
            stages:
              image:
                kind: build
                docker: {{context: app, tags: 'pipectl-test/multi:1', platforms: [linux/amd64, linux/arm64]}}
              publish:
                kind: publish
                docker:
                  image: pipectl-test/multi:1
                  to: '{registry.name}/multi'
                  tags: ['1']
                  platforms: [linux/amd64, linux/arm64]
            """)
        self.run_it()
        listed = json.loads(urllib.request.urlopen(urllib.request.Request(
            f"http://{registry.name}/v2/multi/manifests/1",
            headers={"Accept": "application/vnd.docker.distribution.manifest.list.v2+json"})).read())
        self.assertEqual(sorted(m["platform"]["architecture"] for m in listed["manifests"]),
                         ["amd64", "arm64"])


if __name__ == "__main__":
    main()
