"""`services:` with the real engine: health, names, ports, secrets, Compose."""
import shutil
import subprocess
import unittest

from docker_case import DockerTest, docker_engine
from harness import main

SECRET = "very-secret-password"


class Services(DockerTest):
    def test_a_container_stage_reaches_it_by_name(self):
        self.pipeline("""
            stages:
              a:
                image: IMAGE
                services:
                  web: {image: IMAGE, command: [httpd, -f, -p, '8080', -h, /etc], ports: [8080],
                        health: {http: /hello, within: 20s}}
                run: wget -q -O - "http://$PIPECTL_SERVICE_WEB_HOST:$PIPECTL_SERVICE_WEB_PORT/hello"; wget -q -O - http://web:8080/hello
            """)
        self.image_with_page()
        events = self.run_it()
        self.assertEqual(self.output(events), "hello\nhello\n")

    def image_with_page(self):
        docker_engine.add_image("pipectl-test/page:1", files={"etc/hello": ("hello\n", 0o644)},
                                changes=["ENV PATH=/bin"])
        path = self.folder / "pipeline.yaml"
        path.write_text(path.read_text().replace(
            "{image: pipectl-test/busybox:1, command: [httpd", "{image: 'pipectl-test/page:1', command: [httpd"))

    def test_a_host_stage_reaches_it_by_a_published_port(self):
        self.pipeline("""
            stages:
              a:
                services:
                  my-web: {image: IMAGE, command: [httpd, -f, -p, '8080', -h, /bin], ports: [8080],
                           health: {tcp: 8080, within: 20s}}
                run: |
                  [ "$PIPECTL_SERVICE_MY_WEB_HOST" = 127.0.0.1 ]
                  [ "$PIPECTL_SERVICE_MY_WEB_PORT" = "$PIPECTL_SERVICE_MY_WEB_PORT_8080" ]
                  python3 -c 'import os, urllib.request as u; print(len(u.urlopen("http://127.0.0.1:" + os.environ["PIPECTL_SERVICE_MY_WEB_PORT"] + "/busybox").read()) > 1000)'
            """)
        self.assertEqual(self.output(self.run_it()), "True\n")

    def test_a_load_reaches_it_by_name(self):
        self.pipeline("""
            stages:
              a:
                kind: perf
                services:
                  web: {image: IMAGE, command: [httpd, -f, -p, '8080', -h, /bin], ports: [8080],
                        health: {tcp: 8080, within: 60s}}
                load: {url: 'http://web:8080/busybox', rate: 10/s, duration: 1s, contains: ELF}
                gate: {error_rate: 0, requests: 10}
            """)
        self.assertEqual(self.finished(self.run_it(), "a")["outcome"], "succeeded")

    def test_instances_of_a_matrix_have_services_of_their_own(self):
        self.pipeline("""
            stages:
              a:
                matrix: {n: [1, 2]}
                image: IMAGE
                services:
                  box: {image: IMAGE, command: [nc, -ll, -p, '7000', -e, echo, '${{ matrix.n }}'],
                        env: {N: '${{ matrix.n }}'}, ports: [7000]}
                run: for i in $(seq 50); do nc box 7000 </dev/null && exit; sleep 0.1; done; false
            """)
        events = self.run_it("-j", "2")
        self.assertEqual(self.output(events, "a (1)"), "1\n")
        self.assertEqual(self.output(events, "a (2)"), "2\n")

    def test_health_by_command_and_by_the_image(self):
        docker_engine.docker(
            "build", "-t", "pipectl-test/healthy:1", "-", host=self.host, data=f"""
FROM {self.image}
HEALTHCHECK --interval=1s CMD test -e /tmp/up
CMD ["sh", "-c", "sleep 2; touch /tmp/up; sleep 3600"]
""".encode())
        self.pipeline("""
            stages:
              a:
                services:
                  image: {image: 'pipectl-test/healthy:1'}
                  command: {image: IMAGE, command: [sh, -c, 'sleep 1; touch /tmp/up; sleep 3600'],
                            health: {command: test -e /tmp/up}}
                run: echo all are up
            """)
        events = self.run_it()
        notes = [e["text"] for e in events if e["event"] == "stage.note"]
        self.assertIn("service image is healthy", notes)
        self.assertIn("service command is healthy", notes)

    def test_one_that_never_gets_healthy_fails_the_stage_and_says_why(self):
        self.pipeline("""
            stages:
              a:
                services:
                  db: {image: IMAGE, command: [sh, -c, 'echo no disk here; sleep 3600'],
                       health: {tcp: 5432, within: 1s}}
                run: echo never
            """)
        outcome, reason = self.outcome("a", code=1)
        self.assertEqual(outcome, "failed")
        self.assertIn("service 'db' was not healthy within 1", reason)
        self.assertIn("its last words: no disk here", reason)

    def test_one_that_ends_fails_the_stage_at_once(self):
        self.pipeline("""
            stages:
              a:
                services:
                  db: {image: IMAGE, command: [sh, -c, 'echo broken; exit 7'],
                       health: {tcp: 5432, within: 10m}}
                run: echo never
            """)
        outcome, reason = self.outcome("a", code=1)
        self.assertIn("service 'db' ended with exit code 7 | its last words: broken", reason)

    def test_secrets_of_a_service_are_neither_shown_nor_logged(self):
        self.pipeline("""
            secrets: {PASSWORD: {env: PASSWORD}}
            stages:
              a:
                services:
                  db: {image: IMAGE, secrets: [PASSWORD],
                       command: [sh, -c, 'echo "started with $PASSWORD"; sleep 3600'],
                       health: {command: [sh, -c, 'test -s /run/secrets/PASSWORD']}}
                run: '[ -z "$PASSWORD" ]; echo up; while [ ! -e go ]; do sleep 0.1; done'
            """)
        process = self.start(PASSWORD=SECRET)
        events = self.wait_for_output(process, "up")
        run = events[0]["run"]
        name = self.docker("ps", "--filter", f"label=dev.pipectl.run={run}", "--format", "{{.Names}}")
        self.assertNotIn(SECRET, self.docker("inspect", name))
        (self.folder / "go").touch()
        rest, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, rest)
        logs = list((self.folder / ".pipectl/runs" / run / "services").iterdir())
        self.assertEqual([log.read_text() for log in logs], ["started with ***\n"])

    @unittest.skipUnless(shutil.which("redis-server"), "no redis-server here")
    def test_a_real_redis(self):
        self.redis_image()
        self.pipeline("""
            stages:
              a:
                services:
                  redis: {image: 'pipectl-test/redis:1', ports: [6379], health: {tcp: 6379, within: 30s}}
                run: |
                  python3 - <<'END'
                  import os, socket
                  s = socket.create_connection((os.environ["PIPECTL_SERVICE_REDIS_HOST"], int(os.environ["PIPECTL_SERVICE_REDIS_PORT"])))
                  s.sendall(b"SET k v\\r\\nGET k\\r\\n")
                  data = b""
                  while data.count(b"\\r\\n") < 3: data += s.recv(100)
                  print(data)
                  END
            """)
        self.assertEqual(self.output(self.run_it()), "b'+OK\\r\\n$1\\r\\nv\\r\\n'\n")


def has_compose():
    return shutil.which("docker-compose") or subprocess.run(
        ["docker", "compose", "version"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, check=False).returncode == 0


class Compose(DockerTest):
    FILE = """
        version: '3'
        services:
          web:
            image: IMAGE
            command: [httpd, -f, -p, '8080', -h, /bin]
            ports: ['127.0.0.1::8080']
          db:
            image: IMAGE
            command: [sh, -c, 'sleep 1; touch /tmp/up; sleep 3600']
            healthcheck: {test: [CMD, test, -e, /tmp/up], interval: 1s}
          once:
            image: IMAGE
            command: [echo, done]
        """

    def setUp(self):
        super().setUp()
        if not self.plugins and not has_compose():
            if docker_engine.IN_CI:
                self.fail("neither docker compose nor docker-compose is installed")
            self.skipTest("no compose here")
        self.write(self.FILE.replace("IMAGE", self.image), "compose.yml")

    def projects(self):
        return self.docker("ps", "-aq", "--filter", "label=com.docker.compose.project")

    def test_three_services_from_a_file(self):
        self.pipeline("""
            stages:
              host:
                services: {stack: {compose: compose.yml}}
                run: python3 -c 'import os, urllib.request as u; print(u.urlopen("http://127.0.0.1:" + os.environ["PIPECTL_SERVICE_WEB_PORT"] + "/busybox").status)'
              inside:
                image: IMAGE
                services: {stack: {compose: compose.yml}}
                run: wget -q -O /dev/null http://web:8080/busybox && echo reached
            """)
        events = self.run_it()
        self.assertEqual(self.output(events), "200\nreached\n")
        self.assertEqual(self.projects(), "")
        logs = (self.folder / ".pipectl/runs" / events[0]["run"] / "services").iterdir()
        self.assertEqual(["done\n"] * 2, [log.read_text() for log in logs if "once" in log.name])

    def test_after_kill_9_the_project_is_removed(self):
        self.pipeline("""
            stages:
              a:
                services: {stack: {compose: compose.yml}}
                run: echo up; while [ ! -e go ]; do sleep 0.1; done
            """)
        process = self.start()
        self.wait_for_output(process, "up")
        process.kill()
        process.communicate(timeout=60)
        self.assertNotEqual(self.projects(), "")
        (self.folder / "go").touch()
        self.pipectl("run", env=self.env(), code=0)
        self.assertEqual(self.projects(), "")

    def test_a_file_that_compose_refuses(self):
        self.write("services: {a: {no-such-key: 1}}\n", "compose.yml")
        self.pipeline("""
            stages:
              a: {services: {stack: {compose: compose.yml}}, run: echo never}
            """)
        outcome, reason = self.outcome("a", code=3)
        self.assertIn("cannot start 'compose.yml'", reason)


class ComposeTwo(Compose):
    """The same by the plugin that is Compose 2."""

    plugins = ("compose",)
    test_a_file_that_compose_refuses = None  # not a matter of the program's: once is enough


if __name__ == "__main__":
    main()
