"""A run whose workspace cannot be made ends as a run: with a result, everywhere where results are looked for."""
import json
import os
import signal
import socket
import subprocess

from harness import PIPECTL, PipectlTest, clean_environment, main


class NoWorkspace(PipectlTest):
    def source(self, url):
        self.write(f"""
            name: app
            source: {{url: '{url}'}}
            stages:
              look: {{run: 'true'}}
            """)

    def last_run(self):
        return json.loads(self.pipectl("runs", "--json", code=0).stdout)["runs"][0]

    def test_a_checkout_that_fails_leaves_a_result(self):
        self.source("./nowhere")
        summary = self.folder / "summary.md"
        events = self.events(code=3, env=clean_environment(GITHUB_STEP_SUMMARY=str(summary)))
        self.assertEqual([e["event"] for e in events], ["run.started", "run.warning", "run.finished"])
        self.assertIn("nowhere", events[1]["text"])
        self.assertEqual(events[2]["exit_code"], 3)
        self.assertEqual(self.last_run()["exit_code"], 3)
        self.assertIn("nowhere", summary.read_text())

    def test_the_run_goes_on_once_the_repository_is_there(self):
        self.source("./later")
        self.pipectl("run", code=3)
        later = self.folder / "later"
        later.mkdir()
        self.git("init", "-q", cwd=later)
        self.git("commit", "-q", "--allow-empty", "-m", "first", cwd=later)
        self.assertEqual(self.outcomes("--resume", code=0), {"look": "succeeded"})

    def test_an_interrupted_checkout_leaves_a_result(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.source(f"git://127.0.0.1:{server.getsockname()[1]}/app")
            run = subprocess.Popen([PIPECTL, "run", "--ui", "json"], cwd=self.folder, text=True,
                                   env=clean_environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.addCleanup(run.wait)
            connection, _ = server.accept()  # it waits for an answer that never comes
            with connection:
                os.kill(run.pid, signal.SIGINT)
                out, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130, err)
        events = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(events[-1]["event"], "run.finished")
        self.assertEqual(events[-1]["exit_code"], 130)
        self.assertEqual(self.last_run()["exit_code"], 130)


if __name__ == "__main__":
    main()
