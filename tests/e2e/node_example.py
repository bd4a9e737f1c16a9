"""What the tests of the examples in Node share: what npm brings, fetched once for all tests of a class; a
registry that knows of weaknesses; a cluster whose pods run a release's sources with this machine's node."""
import itertools
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from example_case import LEFT_BY_RUNS, ROOT, ExampleCase
from harness import IN_CI, PIPECTL, clean_environment, programs
from kube_harness import KUBECTL, Caller
from kube import Cluster, ProcessRunner
from notify_case import Service


def absent(reason):
    """A part that cannot start fails in CI; elsewhere the test says why it was left out."""
    if IN_CI:
        raise RuntimeError(reason)
    raise unittest.SkipTest(reason)


class NodeExample(ExampleCase):
    install = ("install",)  # the stages that fetch
    trees = ("",)           # folders of the example that get a node_modules

    @classmethod
    def setUpClass(cls):
        if shutil.which("npm") is None:
            absent("npm is not here")
        cls.fetched = pathlib.Path(tempfile.mkdtemp(prefix="pipectl-node-"))
        cls.addClassCleanup(shutil.rmtree, cls.fetched, ignore_errors=True)
        place = cls.fetched / "app"  # no repository at all: the file's folder is the workspace
        shutil.copytree(ROOT / "examples" / cls.example, place,
                        ignore=shutil.ignore_patterns(*LEFT_BY_RUNS))
        select = [word for stage in cls.install for word in ("-s", stage)]
        done = subprocess.run([PIPECTL, "run", "--ui", "plain", "-p", "folder=.", *select],
                              cwd=place, env=clean_environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=540, check=False)
        if done.returncode != 0:
            absent(f"npm cannot install what the example needs:\n{(done.stdout + done.stderr)[-3000:]}")

    def setUp(self):
        super().setUp()
        for tree in self.trees:  # links: thousands of files, which nobody changes in place
            come_from = self.fetched / "app" / tree / "node_modules"
            subprocess.run(["cp", "-al", come_from, self.place / tree / "node_modules"], check=True)

    def pipectl(self, *args, **options):
        options.setdefault("timeout", 300)  # Node's tools on a machine that does other things as well
        return super().pipectl(*args, **options)

    def audited(self, stage, *weakness, code):
        """How an `npm audit` ends when the registry knows of (package, severity)."""
        service = Registry(*weakness)
        self.addCleanup(service.close)
        home = tempfile.mkdtemp(dir=self.folder)  # npm remembers what a registry said
        ended = self.run_example("-s", stage, code=code, env=self.environment(
            npm_config_registry=service.url, HOME=home))[stage]
        self.assertTrue(service.requests, "the registry was asked")
        return ended

    def start_cluster(self, **secrets):
        """A cluster, and the environment of who deploys to it. `release` says what an image is."""
        if KUBECTL is None:
            self.skipTest(programs.missing("kubectl"))
        self.runner = ProcessRunner({})
        self.cluster = Cluster(self.runner)
        self.cluster.__enter__()
        self.addCleanup(self.cluster.__exit__)
        self.addCleanup(lambda: self.assertEqual(([], []), (self.cluster.unknown, self.cluster.problems)))
        return self.environment(KUBECONFIG=self.cluster.kubeconfig, HOME=str(self.folder), **secrets)

    def release(self, image, folder, start, **settings):
        """Pods of the image run `start`, a source file of what is committed, at their own address."""
        sources = self.folder / "releases" / image.replace("/", "_").replace(":", "_")
        shutil.copytree(self.place / folder, sources,
                        ignore=shutil.ignore_patterns(".pipectl*", "node_modules"))
        (sources / "node_modules").symlink_to(self.place / folder / "node_modules")
        words = [f"{name}={value}" for name, value in settings.items()]
        self.runner.images[image] = ["sh", "-c", 'HOST=$POD_IP exec env "$@"', "sh", *words, "node",
                                     str(sources / start)]

    def ask(self, namespace, service, path):
        return Caller(self.cluster, namespace, service).ask(path)

    def short_sha(self):
        return self.git("rev-parse", "--short", "HEAD", cwd=self.repository)


class Registry(Service):
    """npm's registry as far as `npm audit` asks it: knows of one package with a weakness, or of none."""

    _ids = itertools.count(1)

    def __init__(self, weak=None, severity="high"):
        self._weak, self._severity = weak, severity
        super().__init__(self._reply)

    def _reply(self, request):
        if request["path"].endswith("/advisories/bulk"):
            return self._json({self._weak: [self._advisory()]} if self._weak else {})
        name = request["path"].strip("/")
        return self._json({"name": name, "dist-tags": {"latest": "1.0.0"},
                           "versions": {"1.0.0": {"name": name, "version": "1.0.0"}}})

    @staticmethod
    def _json(value):
        return 200, {"Content-Type": "application/json"}, json.dumps(value)

    def _advisory(self):
        return {"id": next(self._ids), "url": "https://example.com/1", "title": "it is weak",
                "severity": self._severity, "vulnerable_versions": "*", "cwe": [],
                "cvss": {"score": 0, "vectorString": None}}
