"""The base of tests that run pipelines with a real Docker engine."""
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import debian_root  # noqa: E402
import docker_engine  # noqa: E402
from harness import PIPECTL, PipectlTest, clean_environment, programs  # noqa: E402


class DockerTest(PipectlTest):
    plugins = ()  # of the docker program, beside those of the machine: compose, buildx

    def setUp(self):
        super().setUp()
        self.docker_config = {}
        if self.plugins:
            found = programs.docker_config(self.folder / "docker-config", *self.plugins)
            self.docker_config = {"DOCKER_CONFIG": found}
        self.host = docker_engine.engine()
        self.image = docker_engine.busybox()

    def env(self, **extra):
        return clean_environment(**{"DOCKER_HOST": self.host, **self.docker_config, **extra})

    def pipeline(self, text):
        return self.write(re.sub(r"\bIMAGE\b", self.image, text))

    def docker(self, *args, **options):
        return docker_engine.docker(*args, host=self.host, **options)

    def run_it(self, *args, code=0, **extra):
        """Events of a run of pipeline.yaml; what it made in the engine must be gone."""
        events = self.events(*args, code=code, env=self.env(**extra))
        self.assertEqual(docker_engine.things_of(events[0]["run"]), [])
        return events

    @staticmethod
    def output(events, stage=None):
        return "".join(e["text"] + "\n" for e in events if e["event"] == "stage.output"
                       and stage in (None, e["stage"]))

    @staticmethod
    def finished(events, stage):
        return next(e for e in events if e["event"] == "stage.finished" and e["stage"] == stage)

    def outcome(self, stage, *args, code, **extra):
        """How a stage ended, and why: reason and hint."""
        event = self.finished(self.run_it(*args, code=code, **extra), stage)
        return event["outcome"], f"{event.get('reason', '')} | {event.get('hint', '')}"

    def start(self, **extra):
        """A run in the background."""
        process = subprocess.Popen([PIPECTL, "run", "--ui", "json"], cwd=self.folder,
                                   env=self.env(**extra), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        return process

    def wait_for_output(self, process, text):
        """Reads events until one holds the text; all of them."""
        events = []
        for line in process.stdout:
            events.append(json.loads(line))
            if events[-1]["event"] == "stage.output" and text in events[-1]["text"]:
                return events
        self.fail(f"'{text}' never came: {events}\n{process.stderr.read()}")
        return events

    def image_of_programs(self, name, programs, command, folders=(), files=()):
        """Programs of this host with the libraries that they need, as an image; its name."""
        listed = subprocess.run(["ldd", *programs], stdout=subprocess.PIPE, check=True, text=True).stdout
        build = self.folder / name.replace("/", "-").replace(":", "-")
        needed = {word for word in listed.split() if word.startswith("/") and not word.endswith(":")}
        for path in set(programs) | needed:
            target = build / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(pathlib.Path(path).resolve(), target)
        for folder in folders:
            (build / folder).mkdir(parents=True, exist_ok=True)
        for path, text in dict(files).items():
            (build / path).parent.mkdir(parents=True, exist_ok=True)
            (build / path).write_text(text)
        (build / "Dockerfile").write_text(f"FROM scratch\nCOPY . /\nCMD {json.dumps(command)}\n")
        self.docker("build", "-t", name, build)
        shutil.rmtree(build)
        return name

    def debian_image(self):
        """A Debian of its own, bootstrapped once for each engine; its name."""
        name = "pipectl-test/debian:1"
        if not self.docker("image", "ls", "-q", name):
            root = debian_root.bootstrap(self.folder / "debian.tar")
            self.docker("import", "--change", 'CMD ["sh"]', root, name)
            root.unlink()
        return name

    def redis_image(self):
        """The host's Redis as an image; its name."""
        server, client = shutil.which("redis-server"), shutil.which("redis-cli")
        return self.image_of_programs("pipectl-test/redis:1", [server, client],
                                      [server, "--protected-mode", "no", "--save", ""])

    def nginx_image(self):
        """The host's nginx as an image; its name."""
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        users = {"etc/passwd": "root:x:0:0::/:/\nnobody:x:65534:65534::/:/\n",
                 "etc/group": "root:x:0:\nnogroup:x:65534:\n"}
        name = "pipectl-test/nginx:1"
        if not self.docker("image", "ls", "-q", name):
            self.image_of_programs("pipectl-test/nginx:0", [nginx], [nginx],
                                   ["tmp", "run", "var/lib/nginx", "var/log/nginx", "etc/nginx"], users)
            made = self.docker("create", "pipectl-test/nginx:0")
            self.docker("commit", "--change", "ENV PATH=/usr/sbin:/usr/bin", made, name)
            self.docker("rm", made)
        return name
