"""`source:` and `--worktree head` of the real binary, against real servers."""

import os
import pathlib
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import git_cases as base  # noqa: E402
from git_cases import SECRET, proxies  # noqa: E402


class Source(base.Web):
    def setUp(self):
        super().setUp()
        self.binary = os.environ.get("PIPECTL_BIN", "build/release/pipectl")
        self.binary = str(pathlib.Path(self.binary).resolve())
        self.project = self.work / "project"
        self.project.mkdir()
        self.environment["TOKEN"] = SECRET

    def pipeline(self, source, script="cat a.txt; git log --oneline; pwd"):
        (self.project / "pipeline.yaml").write_text(f"""
name: source
secrets:
  TOKEN: {{env: TOKEN, optional: true}}
params:
  ref: {{default: main}}
source: {source}
stages:
  look: {{run: '{script}'}}
""")

    def start(self, *arguments):
        return subprocess.Popen([self.binary, "run", "--ui", "plain", *arguments],
                                cwd=self.project, env=self.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)

    def run_pipeline(self, *arguments, code=0):
        process = self.start(*arguments)
        out, _ = process.communicate(timeout=120)
        self.assertEqual(process.returncode, code, out)
        self.assertNotIn(SECRET, out)
        return out

    def workspaces(self):
        return sorted(self.project.glob(".pipectl/runs/*/work"))

    def test_private_repository_with_a_secret(self):
        url = self.url("private/app").replace("//", "//ada@")
        self.pipeline(f"{{url: '{url}', ref: '${{{{ params.ref }}}}', secret: TOKEN, depth: 1}}",
                      "cat a.txt; git rev-list --count HEAD; echo sha=$PIPECTL_GIT_SHA")
        out = self.run_pipeline()
        self.assertIn("three", out)
        self.assertIn(f"sha={self.head}", out)
        self.assertIn("receiving objects", out)
        out = self.run_pipeline("-p", "ref=v1.0")
        self.assertIn("one", out)
        self.assertIn(f"sha={self.first}", out)
        self.assertEqual(len(self.workspaces()), 2)
        for path in base.files_below(self.project):
            self.assertNotIn(SECRET.encode(), path.read_bytes(), str(path))

    def test_wrong_secret_and_missing_ref(self):
        url = self.url("private/app").replace("//", "//ada@")
        self.pipeline(f"{{url: '{url}', secret: TOKEN}}")
        self.environment["TOKEN"] = "not-the-password"
        out = self.run_pipeline(code=3)
        self.assertIn("refused the login", out)
        self.assertNotIn("not-the-password", out)
        self.pipeline(f"{{url: '{self.url('app')}', ref: mian}}")
        out = self.run_pipeline(code=3)
        self.assertIn("has no branch, tag or commit 'mian'", out)
        self.assertIn("did you mean 'main'?", out)
        self.assertEqual(self.workspaces(), [])

    def test_interrupted(self):
        with proxies.Proxy(self.port, limit=300_000, hang=True) as proxy:
            self.pipeline(f"{{url: '{self.url('app').replace(str(self.port), str(proxy.port))}'}}")
            process = self.start()
            self.assertTrue(proxy.reached.wait(60))
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, out)
        self.assertEqual(self.workspaces(), [])
        self.assertEqual(list(self.project.rglob(".work.pipectl-*")), [])
        self.assertEqual(list(self.project.rglob("*.new")), [])

    def test_second_run_comes_from_the_mirror(self):
        with proxies.Proxy(self.port) as proxy:
            self.pipeline(f"{{url: '{self.url('app').replace(str(self.port), str(proxy.port))}'}}")
            self.run_pipeline()
            self.assertGreater(proxy.received, 1 << 20)
            proxy.received = 0
            self.run_pipeline()
            self.assertLess(proxy.received, 64 << 10)

    def test_path_beside_the_pipeline_file(self):
        relative = os.path.relpath(self.app, self.project)
        self.pipeline(f"{{url: '{relative}', ref: release/1.x}}")
        out = self.run_pipeline()
        self.assertIn("two", out)
        self.assertIn(str(self.workspaces()[0]), out)

    def test_worktree_head(self):
        repository = self.git.init(self.work / "project-in-git")
        self.git.commit(repository, {"pipeline.yaml":
                                     "name: x\nstages:\n  a: {run: 'cat data; ls; pwd'}\n",
                                     "data": "committed\n"})
        (repository / "data").write_text("changed\n")
        (repository / "untracked").write_text("x")
        self.project = repository
        self.assertIn("changed", self.run_pipeline())
        out = self.run_pipeline("--worktree", "head")
        self.assertIn("committed", out)
        self.assertNotIn("untracked", out)
        self.assertEqual((repository / "data").read_text(), "changed\n")


if __name__ == "__main__":
    unittest.main()
