"""The base of tests that run pipelines with a real Docker engine."""
import json
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import docker_engine  # noqa: E402
from harness import PIPECTL, PipectlTest, clean_environment  # noqa: E402


class DockerTest(PipectlTest):
    def setUp(self):
        super().setUp()
        self.host = docker_engine.engine()
        self.image = docker_engine.busybox()

    def env(self, **extra):
        return clean_environment(**{"DOCKER_HOST": self.host, **extra})

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

    def redis_image(self):
        """The host's Redis with the libraries that it needs, as an image; its name."""
        server, client = shutil.which("redis-server"), shutil.which("redis-cli")
        listed = subprocess.run(["ldd", server, client], stdout=subprocess.PIPE, check=True, text=True).stdout
        build = self.folder / "redis"
        needed = {word for word in listed.split() if word.startswith("/") and not word.endswith(":")}
        for path in {server, client} | needed:
            target = build / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(pathlib.Path(path).resolve(), target)
        (build / "Dockerfile").write_text(
            f"FROM scratch\nCOPY . /\nCMD [\"{server}\", \"--protected-mode\", \"no\", \"--save\", \"\"]\n")
        name = "pipectl-test/redis:1"
        self.docker("build", "-t", name, build)
        return name
