"""`kind: build` and `kind: publish` with `docker:`: a real engine and real registries."""
import base64
import http.server
import json
import shutil
import socket
import subprocess
import threading
import urllib.error
import urllib.request

from docker_case import DockerTest, docker_engine
from harness import main
from registry_case import PASSWORD, Registry, free_port, make_htpasswd

DOCKERFILE = """\
FROM IMAGE AS base
ARG VERSION=0
RUN echo "$VERSION" > /version
FROM base AS runtime
CMD ["cat", "/version"]
FROM base AS other
RUN false
"""


class BrokenProxy(http.server.ThreadingHTTPServer):
    """A registry that answers the first uploads with 503, then passes everything on."""

    daemon_threads = True

    def __init__(self, upstream, failures):
        self.upstream, self.failures = upstream, failures
        super().__init__(("127.0.0.1", 0), _Pass)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def name(self):
        return f"127.0.0.1:{self.server_address[1]}"


class _Pass(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle(self):
        # Docker tries TLS first, and plain HTTP when it is answered like this.
        if self.connection.recv(1, socket.MSG_PEEK) == b"\x16":
            self.connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        else:
            super().handle()

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                body += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    break
        server = self.server
        if self.command == "PUT" and "/manifests/" in self.path and server.failures > 0:
            server.failures -= 1
            return self.answer(503, {}, b"")
        # A name may stand on several lines, as Accept does: each of them counts.
        headers = {k: ", ".join(self.headers.get_all(k)) for k in self.headers
                   if k.lower() not in ("host", "content-length", "transfer-encoding", "connection")}
        headers["Host"] = server.name
        headers.setdefault("Content-Type", "application/octet-stream")
        request = urllib.request.Request(f"http://{server.upstream}{self.path}", data=body or None,
                                         method=self.command, headers=headers)
        try:
            with urllib.request.urlopen(request) as reply:
                self.answer(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            self.answer(error.code, error.headers, error.read())

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any

    def answer(self, status, headers, body):
        self.send_response(status)
        for key, value in headers.items():
            if key.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                self.send_header(key, value)
        length = headers.get("Content-Length") if self.command == "HEAD" else len(body)
        self.send_header("Content-Length", str(length or 0))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args):
        pass


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

    def test_a_step_that_fails_is_the_stages_failure(self):
        self.pipeline("""
            stages:
              image: {kind: build, docker: {context: app, target: other}}
            """)
        outcome, reason = self.outcome("image", code=1)
        self.assertEqual(outcome, "failed")
        self.assertIn("non-zero code: 1", reason)

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
        self.run_it(REGISTRY_PASSWORD=PASSWORD, HOME=str(home))
        self.assertTrue(registry.digest("team/app", "latest", PASSWORD).startswith("sha256:"))
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
        proxy = BrokenProxy(registry.name, failures=2)
        self.addCleanup(proxy.server_close)
        self.addCleanup(proxy.shutdown)
        self.pipeline(f"""
            stages:
              publish: {{kind: publish, docker: {{image: 'pipectl-test/app:1', to: '{proxy.name}/app'}}}}
            """)
        events = self.run_it()
        self.assertTrue(registry.digest("app", "latest"))
        self.assertTrue(any("again in" in e["text"] for e in events if e["event"] == "stage.note"))

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
