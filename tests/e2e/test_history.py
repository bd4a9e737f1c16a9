"""runs, logs and explain over real runs: what they print, what they refuse, what a killed run leaves."""
import json
import os
import signal
import stat
import subprocess
import threading

import harness

PIPELINE = r"""
    name: shop
    params: {target: {default: dev}}
    stages:
      build: {run: 'printf "one\n\377\000two\n"'}
      unit:
        matrix: {node: ['18', '20']}
        run: 'echo testing on ${{ matrix.node }}; test ${{ matrix.node }} = 18'
      deploy: {run: 'echo deploying'}
      verify: {run: 'echo verifying'}
      report: {run: 'echo reporting', always: true}
"""


class HistoryTest(harness.PipectlTest):
    def failed_run(self):
        self.write(PIPELINE)
        self.pipectl("run", "-k", "--ui", "plain", code=1)

    def explain(self, *args):
        return self.pipectl("explain", *args, code=0).stdout

    def test_nothing_has_run_yet(self):
        self.write(PIPELINE)
        done = self.pipectl("runs", code=0)
        self.assertEqual(done.stdout, "")
        self.assertIn("nothing has run here yet", done.stderr)
        self.assertEqual(json.loads(self.pipectl("runs", "--json", code=0).stdout)["runs"], [])
        for args in (["logs", "build"], ["explain", "build"], ["runs", "show"]):
            self.assertIn("nothing has run here yet", self.pipectl(*args, code=2).stderr)
        self.assertFalse((self.folder / ".pipectl").exists())

    def test_the_list_and_one_run(self):
        self.failed_run()
        self.pipectl("run", "-s", "build", "--ui", "plain", code=0)
        runs = json.loads(self.pipectl("runs", "--json", code=0).stdout)["runs"]
        self.assertEqual([(r["number"], r["result"]) for r in runs], [(2, "passed"), (1, "failed")])
        self.assertLess(runs[1]["run"], runs[0]["run"])
        table = self.pipectl("runs", code=0).stdout.splitlines()
        self.assertEqual(len(table), 3)
        self.assertIn(runs[0]["run"], table[1])
        self.assertNotIn("\x1b", "".join(table))
        shown = self.pipectl("runs", "show", "1", code=0).stdout
        self.assertIn("failed, exit code 1", shown)
        self.assertIn("unit (20)", shown)
        self.assertIn(f"pipectl run --resume={runs[1]['run']}", shown)
        stages = json.loads(self.pipectl("runs", "show", "1", "--json", code=0).stdout)["stages"]
        self.assertEqual({s["stage"]: s.get("outcome") for s in stages},
                         {"build": "succeeded", "unit (18)": "succeeded", "unit (20)": "failed",
                          "deploy": "skipped", "verify": "skipped", "report": "succeeded"})

    def test_a_log_comes_out_byte_for_byte(self):
        self.failed_run()
        done = subprocess.run([harness.PIPECTL, "logs", "build"], cwd=self.folder,
                              env=harness.clean_environment(), stdout=subprocess.PIPE, check=True)
        self.assertIn(b"one\n\xff\x00two\n", done.stdout)
        self.assertIn("testing on 20", self.pipectl("logs", "1", "unit (20)", code=0).stdout)

    def test_a_stage_that_is_not_there(self):
        self.failed_run()
        self.assertIn("did you mean 'build'?", self.pipectl("logs", "biuld", code=2).stderr)
        self.assertIn("'unit (18)' 'unit (20)'", self.pipectl("explain", "unit", code=2).stderr)
        self.assertIn("no run '99'", self.pipectl("logs", "99", "build", code=2).stderr)
        silent = self.pipectl("logs", "deploy", code=0)
        self.assertEqual(silent.stdout, "")
        self.assertIn("it was skipped", silent.stderr)

    def test_explain_follows_a_skip_to_its_cause(self):
        self.failed_run()
        self.assertRegex(self.explain("verify"), r"it began with +unit \(20\) failed")
        failed = self.explain("unit (20)")
        self.assertRegex(failed, r"exit code +1")
        self.assertRegex(failed, r"needs +build \(succeeded\)")
        self.pipectl("run", "--skip", "deploy", "-s", "report", "--ui", "plain", code=0)
        self.assertIn("the command line left it out", self.explain("deploy"))
        self.assertIn("failed", self.explain("unit (20)", "--run", "1"))

    def test_explain_says_why_inputs_let_a_stage_run_or_not(self):
        self.write("""
            name: cached
            stages:
              build: {run: 'cat in.txt > out.txt', inputs: [in.txt], outputs: [out.txt]}
        """)
        source = self.folder / "in.txt"
        source.write_text("1")
        self.pipectl("run", "--ui", "plain", code=0)
        self.assertIn("never ran", self.explain("build"))
        self.pipectl("run", "--ui", "plain", code=0)
        self.assertIn("inputs unchanged since run", self.explain("build"))
        source.write_text("2")
        self.pipectl("run", "--ui", "plain", code=0)
        self.assertRegex(self.explain("build"), r"why it ran +changed: in.txt")

    def test_following_a_log_until_its_stage_ends(self):
        self.write("""
            name: slow
            stages:
              talk: {run: 'echo first; cat gate; echo last'}
        """)
        os.mkfifo(self.folder / "gate")
        run = subprocess.Popen([harness.PIPECTL, "run", "--ui", "json"], cwd=self.folder,
                               env=harness.clean_environment(), stdout=subprocess.PIPE, text=True)
        self.addCleanup(run.kill)
        for line in run.stdout:
            if json.loads(line)["event"] == "stage.output":
                break
        rest = threading.Thread(target=run.stdout.read)
        rest.start()
        follow = subprocess.Popen([harness.PIPECTL, "logs", "--follow", "talk"], cwd=self.folder,
                                  env=harness.clean_environment(), stdout=subprocess.PIPE, text=True)
        self.addCleanup(follow.kill)
        for line in follow.stdout:
            if line == "first\n":
                break
        self.assertEqual(json.loads(self.pipectl("runs", "--json").stdout)["runs"][0]["result"],
                         "running")
        self.assertIn("is running", self.explain("talk"))
        self.assertIn("works in", self.pipectl("run", code=3).stderr)
        (self.folder / "gate").write_text("through the gate\n")
        self.assertIn("through the gate\nlast\n", follow.stdout.read())
        self.assertEqual(follow.wait(), 0)
        rest.join()
        self.assertEqual(run.wait(), 0)
        run.stdout.close()
        follow.stdout.close()

    def test_a_killed_run_is_shown_as_it_was(self):
        self.write("""
            name: dies
            stages:
              hang: {run: 'echo before; cat gate'}
              after: {run: 'true'}
        """)
        os.mkfifo(self.folder / "gate")
        run = subprocess.Popen([harness.PIPECTL, "run", "--ui", "json"], cwd=self.folder,
                               env=harness.clean_environment(), stdout=subprocess.PIPE, text=True)
        for line in run.stdout:
            if json.loads(line)["event"] == "stage.output":
                break
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stdout.close()
        for pid in harness.processes_of(json.loads(
                self.pipectl("runs", "--json", code=0).stdout)["runs"][0]["run"]):
            os.kill(pid, signal.SIGKILL)
        self.assertIn("unfinished", self.pipectl("runs", code=0).stdout)
        self.assertIn("was running when pipectl ended", self.explain("hang"))
        self.assertIn("was not started before pipectl ended", self.explain("after"))
        self.assertIn("before", self.pipectl("logs", "--follow", "hang", code=0).stdout)

    def test_clean(self):
        self.write("name: quick\nstages:\n  a: {run: 'echo x'}\n")
        for _ in range(4):
            self.pipectl("run", "--ui", "plain", code=0)
        self.assertIn("removed 2 runs", self.pipectl("runs", "clean", "--keep", "2", code=0).stdout)
        self.assertIn("removed 0 runs", self.pipectl("runs", "clean", code=0).stdout)
        self.assertIn("no duration", self.pipectl("runs", "clean", "--older", "x", code=2).stderr)
        self.pipectl("runs", "clean", "--all", "--keep", "1", code=2)
        removed = json.loads(self.pipectl("runs", "clean", "--all", "--json", code=0).stdout)
        self.assertEqual(removed["removed"], 2)
        self.assertEqual(list((self.folder / ".pipectl" / "runs").iterdir()), [])
        self.assertIn("no runs are kept", self.pipectl("runs", code=0).stderr)

    def test_the_state_directory_is_private_and_can_lie_elsewhere(self):
        self.write("name: quick\nstages:\n  a: {run: 'echo x'}\n")
        state = self.folder / "elsewhere" / "state"
        env = harness.clean_environment(PIPECTL_STATE_DIR=str(state))
        self.pipectl("run", "--ui", "plain", code=0, env=env)
        self.assertFalse((self.folder / ".pipectl").exists())
        self.assertEqual(stat.S_IMODE(state.stat().st_mode), 0o700)
        self.assertEqual((state / ".gitignore").read_text(), "*\n")
        self.assertIn("x", self.pipectl("logs", "a", code=0, env=env).stdout)

    def test_foreign_text_is_text(self):
        (self.folder / "repo").mkdir()
        repo = self.folder / "repo"
        (repo / "pipeline.yaml").write_text("name: n\nstages:\n  a: {run: 'true'}\n")
        self.git("init", "-q", cwd=repo)
        self.git("checkout", "-q", "-b", "$(touch${IFS}pwned)", cwd=repo)
        self.git("add", ".", cwd=repo)
        self.git("commit", "-q", "-m", "m", cwd=repo)
        self.pipectl("run", "--ui", "plain", code=0, cwd=repo)
        self.assertIn("$(touch${IFS}pwned)", self.pipectl("runs", code=0, cwd=repo).stdout)
        self.assertEqual([p for p in repo.rglob("pwned")], [])


if __name__ == "__main__":
    harness.main()
