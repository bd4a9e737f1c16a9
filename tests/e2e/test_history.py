"""runs, logs and explain over real runs: what they print, what they refuse, what a killed run leaves."""
import json
import os
import re
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
        self.assertRegex(failed, r"reason +exit code 1\n")
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
        cached = self.explain("build")
        self.assertIn("was not run: an earlier result holds", cached)
        self.assertIn("inputs unchanged since run", cached)
        self.assertNotIn("why it ran", cached)
        source.write_text("2")
        self.pipectl("run", "--ui", "plain", code=0)
        self.assertRegex(self.explain("build"), r"why it ran +changed: in.txt")

    def said(self, stage):
        """Of `explain`, without what differs from run to run and without columns."""
        text = re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}", "RUN", self.explain(stage))
        text = re.sub(r"started .*", "started", re.sub(r"took .*", "took", text))
        return [re.sub(r"  +", ": ", line.strip()) for line in text.splitlines()]

    def test_every_outcome_is_explained(self):
        self.write("""
            name: shop
            stages:
              lint: {run: 'exit 3', allow_failure: true}
              flaky: {run: 'test -e again || { touch again; exit 1; }', retry: {max: 2, backoff: 1ms}}
              never: {run: 'true', when: "branch == 'release'"}
              tool: {run: 'true', requires: [no-such-tool]}
              bad: {run: 'exit 7', when: has(run.id)}
              victim: {run: 'true', needs: [bad]}
              tidy: {run: 'true', needs: [victim], always: true}
              slow: {run: 'sleep 1000', timeout: 1ms, needs: []}
              lost: {kind: deploy, run: 'exit 1', undo: 'exit 2', needs: []}
              undone: {kind: deploy, run: 'exit 1', undo: 'true', needs: []}
              skipped: {run: 'true', needs: [lint]}
        """)
        self.pipectl("run", "-k", "--skip", "skipped", "--ui", "plain", code=6)
        expected = {
            "lint": ["failed, and was allowed to", "why it ran: it needs nothing", "reason: exit code 3",
                     "needs: nothing", "started", "took"],
            "flaky": ["succeeded", "why it ran: all that it needs had ended", "attempts: 2",
                      "needs: lint (warned)", "started", "took"],
            "never": ["was skipped", "because: its condition does not hold",
                      "reason: `branch == 'release'` is false: branch is empty", "needs: flaky (succeeded)"],
            "tool": ["was skipped", "because: a program that it requires is not there",
                     "reason: requires no-such-tool, which is not in PATH", "needs: never (skipped)"],
            "bad": ["failed", "why it ran: `has(run.id)` is true", "reason: exit code 7",
                    "needs: tool (skipped)", "started", "took"],
            "victim": ["was skipped", "because: a stage that it needs did not succeed",
                       "reason: upstream bad", "it began with: bad failed: exit code 7",
                       "needs: bad (failed)"],
            "tidy": ["succeeded", "why it ran: it always runs", "needs: victim (skipped)", "started",
                     "took"],
            "slow": ["ran out of time and was killed", "why it ran: it needs nothing",
                     "reason: timed out after 1ms", "needs: nothing", "started", "took"],
            "lost": ["failed and could not be undone", "why it ran: it needs nothing",
                     "reason: exit code 1 -> undo failed: exit code 2",
                     "hint: what runs now is neither the old release nor surely the new one: look at it"
                     " before the next deploy", "needs: nothing", "started", "took"],
            "undone": ["failed and was undone", "why it ran: it needs nothing",
                       "reason: exit code 1 -> rolled back", "needs: nothing", "started", "took"],
            "skipped": ["was skipped", "because: the command line left it out",
                        "reason: left out with --skip", "needs: lint (warned)"],
        }
        for stage, lines in expected.items():
            with self.subTest(stage):
                head, *rest = self.said(stage)
                self.assertEqual(head, f"{stage} in run RUN (#1): {lines[0]}")
                self.assertEqual([line for line in rest if not line.startswith("log: ")], lines[1:])

    def test_an_interrupted_and_a_resumed_stage_are_explained(self):
        self.write("""
            name: shop
            stages:
              hang: {run: 'echo x; test -e go || cat gate'}
              after: {run: 'true'}
              tidy: {run: 'true', always: true}
        """)
        os.mkfifo(self.folder / "gate")
        run = subprocess.Popen([harness.PIPECTL, "run", "--ui", "json"], cwd=self.folder,
                               env=harness.clean_environment(), stdout=subprocess.PIPE, text=True)
        self.addCleanup(run.kill)
        for line in run.stdout:
            if json.loads(line)["event"] == "stage.output":
                break
        self.assertIn("why it runs: it needs nothing", self.said("hang"))
        self.assertIn("needs: hang (running)", self.said("after"))
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(), 130)
        run.stdout.close()
        self.assertEqual(self.said("hang")[:4], ["hang in run RUN (#1): was cancelled",
                                                 "why it ran: it needs nothing", "reason: interrupted",
                                                 "needs: nothing"])
        self.assertIn("it began with: hang was cancelled: interrupted", self.said("after"))
        self.assertIn("why it ran: it always runs", self.said("tidy"))
        (self.folder / "go").write_text("")
        self.pipectl("run", "--resume", "--ui", "plain", code=0)
        self.assertEqual(self.said("hang")[:2], ["hang in run RUN (#1): succeeded",
                                                 "why it ran: the run was resumed"])

    def test_the_commit_of_a_checkout_is_shown(self):
        self.write("name: n\nstages:\n  a: {run: 'true'}\n", "origin/pipeline.yaml")
        origin = self.folder / "origin"
        self.git("init", "-q", cwd=origin)
        self.git("checkout", "-q", "-b", "release/1", cwd=origin)
        self.git("add", ".", cwd=origin)
        self.git("commit", "-q", "-m", "m", cwd=origin)
        sha = self.git("rev-parse", "HEAD", cwd=origin)
        self.write("name: n\nsource: {url: origin, ref: release/1}\nstages:\n  a: {run: 'true'}\n")
        self.pipectl("run", "--ui", "plain", code=0)
        self.assertRegex(self.pipectl("runs", code=0).stdout, rf"release/1 +{sha[:7]}")
        self.assertRegex(self.pipectl("runs", "show", code=0).stdout,
                         rf"branch +release/1\n +commit +{sha[:7]}")
        git = json.loads(self.pipectl("runs", "--json", code=0).stdout)["runs"][0]["git"]
        self.assertEqual(git, {"sha": sha, "branch": "release/1", "dirty": False})
        self.assertEqual(list((self.folder / ".pipectl" / "locks").iterdir()), [])

    def test_a_log_that_is_gone_is_not_called_silence(self):
        self.write("stages: {a: {run: 'echo said'}, b: {run: 'true', when: \"event == 'tag'\"}}")
        self.pipectl("run", code=0)
        (log,) = (self.folder / ".pipectl" / "runs").glob("*/logs/a.log")
        log.unlink()
        done = self.pipectl("logs", "a", code=0)
        self.assertEqual((done.stdout, done.stderr),
                         ("", f"a printed nothing, or its log is gone: there is no {log}\n"))
        self.assertRegex(self.pipectl("logs", "b", code=0).stderr, "^b printed nothing; it was skipped")

    def test_a_group_has_stages_to_ask_for(self):
        self.write("""
            stages:
              quality:
                parallel:
                  lint: {run: 'true'}
                  unit: {run: 'true', matrix: {n: ['1', '2']}}
        """)
        self.pipectl("run", code=0)
        for command in ("logs", "explain"):
            said = self.pipectl(command, "quality", code=2).stderr
            self.assertIn("has no stage 'quality'", said)
            self.assertIn("it is a group; one of its stages: lint 'unit (1)' 'unit (2)'", said)

    def followed(self):
        """A run whose stage `talk` has said `first` and waits at the gate, what reads the rest of the
        run's events, and one who follows the stage's log and has read that line."""
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
        return run, rest, follow

    def test_following_a_log_until_its_stage_ends(self):
        self.write("""
            name: slow
            stages:
              talk: {run: 'echo first; cat gate; echo last'}
        """)
        run, rest, follow = self.followed()
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

    def test_following_ends_when_nobody_reads_any_more(self):
        self.write("""
            name: slow
            stages:
              talk: {run: 'echo first; cat gate; echo second; cat gate'}
        """)
        run, rest, follow = self.followed()
        follow.stdout.close()
        (self.folder / "gate").write_text("through the gate\n")
        self.assertEqual(follow.wait(30), 0)
        self.assertIsNone(run.poll(), "it ended while the stage was still running")
        (self.folder / "gate").write_text("through the gate\n")
        rest.join()
        self.assertEqual(run.wait(), 0)
        run.stdout.close()

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
