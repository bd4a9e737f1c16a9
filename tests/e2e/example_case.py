"""The base of tests that run an example of examples/ with the real tools, from a fresh repository."""
import os
import pathlib
import shutil
import socket
import subprocess
import unittest

from harness import IN_CI, PipectlTest, clean_environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEFT_BY_RUNS = ("__pycache__", ".pipectl*", ".coverage", "deploy", ".pytest_cache", "node_modules",
                ".service")


PATH = "/usr/bin:" + os.environ["PATH"]  # Debian's Python and what is installed for it come first
FIND = "import importlib.util as u, sys; print(*(m for m in sys.argv[1:] if u.find_spec(m) is None))"


def needs(*programs, modules=()):
    """Skips where a person has not installed what the test script installs."""
    missing = [name for name in programs if shutil.which(name, path=PATH) is None]
    if modules:
        missing += subprocess.run(["/usr/bin/python3", "-c", FIND, *modules], check=True, text=True,
                                  stdout=subprocess.PIPE).stdout.split()
    return unittest.skipIf(missing and not IN_CI, f"not installed: {', '.join(missing)}")


def free_port():
    """Below the ports that the kernel hands out by itself."""
    for port in range(21000 + os.getpid() % 9000, 32000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no port is free")


class ExampleCase(PipectlTest):
    """`example` names the folder of examples/ that is copied into a repository of its own."""

    example = ""

    def setUp(self):
        super().setUp()
        self.repository = self.folder / "clone"
        self.place = self.repository / "examples" / self.example
        shutil.copytree(ROOT / "examples" / self.example, self.place,
                        ignore=shutil.ignore_patterns(*LEFT_BY_RUNS))
        self.git("init", "-q", cwd=self.repository)
        self.commit()

    def commit(self):
        self.git("add", "-A", cwd=self.repository)
        self.git("commit", "-qm", "all", cwd=self.repository)

    def change(self, path, before, after):
        """Puts `after` where `before` stands in a file of the example."""
        text = (self.place / path).read_text()
        self.assertIn(before, text)
        (self.place / path).write_text(text.replace(before, after))

    def append(self, path, text):
        with open(self.place / path, "a") as file:
            file.write(text)

    def environment(self, **extra):
        """No Docker engine unless the test has one."""
        extra.setdefault("DOCKER_HOST", f"unix://{self.folder}/no-engine")
        return clean_environment(**{"PATH": PATH, **extra})

    def run_example(self, *args, code, env=None, **params):
        """The end of each stage, by its name."""
        options = [word for name, value in params.items() for word in ("-p", f"{name}={value}")]
        pipeline = self.place / "pipeline.yaml"
        self.said = self.events(pipeline, *args, *options, cwd=self.repository, code=code,
                                env=env or self.environment(), timeout=300)
        return {e["stage"]: e for e in self.said if e["event"] == "stage.finished"}

    def output(self, stage):
        return "".join(e["text"] + "\n" for e in self.said
                       if e["event"] == "stage.output" and e["stage"] == stage)

    def outcomes_of(self, ended, *stages):
        return [ended[stage]["outcome"] for stage in stages]

    def assert_clean(self):
        """A run leaves nothing that git would take."""
        self.assertEqual(self.git("status", "--short", cwd=self.repository), "")
