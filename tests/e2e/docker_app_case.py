"""What the tests of deploys to a Docker engine share: an app behind a proxy, and requests to it."""
import json
import threading
import time
import urllib.request

from docker_case import DockerTest, docker_engine

SLOW = """#!/bin/sh
touch /gate/arrived
until test -e /gate/open; do sleep 0.1; done
printf 'Content-Type: text/plain\\n\\n'
cat /w/index.html
"""
SICK = "#!/bin/sh\nprintf 'HTTP/1.0 500 Internal Server Error\\r\\n\\r\\nbroken\\n'\n"  # where no page is
START = ("cat /run/secrets/* > /w/secret 2>/dev/null; echo $RELEASE > /w/index.html; "
         "test $RELEASE != sick || rm /w/index.html; trap exit TERM; httpd -f -p 8080 -h /w & wait")


class Load:
    """Requests one after the other, each on a connection of its own, until it is stopped."""

    def __init__(self, ask):
        self.ask, self.seen, self.failed, self.stopped = ask, [], [], False
        self.new = threading.Condition()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        while not self.stopped:
            try:
                answer = self.ask()
            except OSError as error:
                self.failed.append(str(error))
                answer = None
            with self.new:
                self.seen.append(answer)
                self.new.notify_all()

    def wait_for(self, answer):
        with self.new:
            return self.new.wait_for(lambda: answer in self.seen, timeout=120)

    def count(self):
        with self.new:
            return len(self.seen)

    def stop(self):
        self.stopped = True
        self.thread.join()


class AppTest(DockerTest):
    def setUp(self):
        super().setUp()
        self.app = f"shop{self.folder.name[-8:].lower().replace('-', '').replace('_', '')}"
        self.nginx = self.nginx_image()
        self.web = docker_engine.add_image(
            "pipectl-test/app:1", {"w/index.html": ("", 0o666), "w/cgi-bin/slow": (SLOW, 0o755), "w/cgi-bin/index.cgi": (SICK, 0o755)},
            ["ENV PATH=/bin"], (*docker_engine.SHELLS, "until"))
        (self.folder / "gate").mkdir()
        (self.folder / "gate").chmod(0o777)
        self.addCleanup(self.clean)

    def clean(self):
        for what in (f"label=dev.pipectl.app={self.app}", f"label=dev.pipectl.proxy={self.app}",
                     f"name=pipectl-app-{self.app}", f"name=pipectl-lock-app-{self.app}"):
            for one in self.docker("ps", "-aq", "--filter", what).split():
                self.docker("rm", "-f", one)
        self.docker("network", "rm", self.app, check=False)

    def file(self, release, check="wget -q -O /dev/null http://127.0.0.1:8080/", strategy="blue-green",
             proxy=None, more="", health="", grace="60s"):
        proxy = proxy or f"{{image: {self.nginx}, publish: '127.0.0.1:0:80'}}"
        self.write(f"""
            secrets: {{DB_PASSWORD: {{env: TEST_DB_PASSWORD, optional: true}}}}
            environments: {{live: {{}}}}
            stages:
              deploy:
                kind: deploy
                environment: live
                secrets: [DB_PASSWORD]
                docker:
                  name: {self.app}
                  image: {self.web}
                  command: [sh, -c, '{START}']
                  replicas: 2
                  port: 8080
                  env: {{RELEASE: {release}}}
                  volumes: ['{self.folder}/gate:/gate']
                  healthcheck: {{command: '{check}', interval: 500ms, retries: 3, start_period: {grace}}}
                  proxy: {proxy}
                  {more}
                strategy: {strategy}
                {health}
        """)

    def call(self, *args, code=0, **extra):
        done = self.pipectl(*args, "--ui", "plain", code=code, env=self.env(**extra), timeout=400)
        return done.stdout + done.stderr

    def deploy(self, release, code=0, **how):
        self.file(release, **how)
        return self.call("run", code=code)

    def port(self):
        return self.docker("port", f"{self.app}-proxy", "80").splitlines()[0].rpartition(":")[2]

    def ask(self, path="/"):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port()}{path}", timeout=300) as answer:
            return answer.read().decode().strip()

    def loaded(self):
        port = self.port()

        def ask():
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=300) as answer:
                return answer.read().decode().strip()
        load = Load(ask)
        self.addCleanup(load.stop)
        return load

    def containers(self):
        return self.docker("ps", "-a", "--filter", f"label=dev.pipectl.app={self.app}", "--format",
                           "{{.Names}}").split()

    def record(self):
        return json.loads(self.docker("inspect", "--format", '{{index .Config.Labels "dev.pipectl.record"}}',
                                      f"pipectl-app-{self.app}"))

    def wait_for(self, condition):
        deadline = time.monotonic() + 120
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
