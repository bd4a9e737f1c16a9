"""pipeline.example.yaml, from a fresh repository: twice, with a deploy that undoes itself, and with
a pipectl that is killed in the middle of that deploy."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import urllib.request

import harness

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = "pipeline.example.yaml"


class ExampleTest(harness.PipectlTest):
    def setUp(self):
        super().setUp()
        self.repository = self.folder / "clone"
        self.repository.mkdir()
        shutil.copy(ROOT / EXAMPLE, self.repository)
        shutil.copytree(ROOT / "examples", self.repository / "examples",
                        ignore=shutil.ignore_patterns("__pycache__", "dist", "deploy", "node_modules"))
        self.git("init", "-q", cwd=self.repository)
        self.git("add", "-A", cwd=self.repository)
        self.git("commit", "-qm", "all", cwd=self.repository)
        self.target = self.folder / "target"
        # What a test leaves running is its own: only this folder's service is stopped.
        self.addCleanup(self.stop_service)

    def stop_service(self):
        tool = self.repository / "examples/hello-service/tools/service.py"
        subprocess.run(["python3", str(tool), "stop", str(self.target)], check=True,
                       stdout=subprocess.DEVNULL)

    def run_example(self, *params, code):
        options = [word for param in (f"deploy_root={self.target}", *params)
                   for word in ("-p", param)]
        return {e["stage"]: e for e in self.events(EXAMPLE, *options, cwd=self.repository, code=code)
                if e["event"] == "stage.finished"}

    def answer(self):
        """What the service that runs says of itself, or None when none does."""
        pid_file = self.target / "service.pid"
        if not pid_file.exists():
            return None
        words = pathlib.Path(f"/proc/{pid_file.read_text()}/cmdline").read_text().split("\0")
        port = words[words.index("--port") + 1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=30) as answer:
            return json.load(answer)

    def test_runs_twice_from_a_fresh_repository(self):
        for _ in range(2):
            ended = self.run_example(code=0)
            outcomes = {stage: event["outcome"] for stage, event in ended.items()}
            self.assertEqual(outcomes.pop("style"), "warned")
            # Absent on nearly every machine, and then skipped with the reason.
            if shutil.which("hadolint") is None:
                self.assertEqual(outcomes.pop("dockerfile"), "skipped")
                self.assertIn("hadolint", ended["dockerfile"]["reason"])
            self.assertEqual(set(outcomes.values()), {"succeeded"}, outcomes)
            self.assertEqual(len(ended), 13)
            self.assertIsNone(self.answer())

    def test_a_release_that_does_not_get_ready_is_undone(self):
        self.run_example("keep_running=yes", "version=1.0.0", code=0)
        before = self.answer()
        self.assertTrue(before["version"].startswith("1.0.0+"))
        ended = self.run_example("keep_running=yes", "never_ready=yes", "version=2.0.0", code=5)
        self.assertEqual(ended["staging"]["outcome"], "rolled_back")
        self.assertRegex(ended["staging"]["reason"],
                         r"^health http://127\.0\.0\.1:\d+/ready: 503, want 200 .* -> rolled back$")
        self.assertEqual(ended["smoke"]["outcome"], "skipped")
        self.assertEqual(self.answer(), before)

    def test_a_deploy_that_was_killed_is_judged_and_undone_when_it_is_resumed(self):
        command = [harness.PIPECTL, "run", EXAMPLE, "--ui", "plain", "-p", "never_ready=yes",
                   "-p", f"deploy_root={self.target}"]
        run = subprocess.Popen(command, cwd=self.repository, env=harness.clean_environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in run.stdout:
            if "503, want 200" in line:
                break
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
        resumed = self.pipectl("run", EXAMPLE, "--ui", "plain", "--resume", cwd=self.repository,
                               code=5)
        self.assertIn("looking at the health", resumed.stdout)
        self.assertNotIn("service.py deploy", resumed.stdout)
        self.assertNotIn("[package] ▶", resumed.stdout)
        self.assertIn("[staging] ▶", resumed.stdout)
        self.assertIn("-> rolled back", resumed.stdout)
        self.assertIsNone(self.answer())


if __name__ == "__main__":
    harness.main()
