"""Stages that wait for a person: what waits, what the answer does, what is kept of it."""
import json
import os
import pathlib
import pwd
import signal
import sys

import harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from pty_run import PtyRun  # noqa: E402

GATE = """
    name: gated
    stages:
      build: {run: 'echo build >> ran.txt'}
      beside: {needs: [], run: 'echo beside >> ran.txt'}
      gate: {kind: approve, needs: [build], message: 'Deploy build ${{ run.number }}?'}
      deploy: {needs: [gate], run: 'echo deploy >> ran.txt'}
      tidy: {needs: [deploy], always: true, run: 'echo tidy >> ran.txt'}
"""

ENVIRONMENT = """
    name: gated
    environments:
      staging: {}
      production: {approval: true}
    stages:
      build: {run: 'echo build >> ran.txt'}
      deploy: {kind: deploy, environment: production, run: 'echo deploy >> ran.txt'}
      smoke: {environment: production, run: 'echo smoke >> ran.txt'}
"""


class Gated(harness.PipectlTest):
    def ran(self):
        path = self.folder / "ran.txt"
        return sorted(path.read_text().splitlines()) if path.exists() else []

    def record(self, run="latest"):
        return json.loads(self.pipectl("runs", "show", run, "--json", code=0).stdout)

    def stage(self, name):
        return next(s for s in self.record()["stages"] if s["stage"] == name)

    def waiting_run(self, text=GATE, *args):
        self.write(text)
        self.pipectl("run", *args, code=4)
        return self.record()["run"]

    def approve(self, *args, code=0, **extra):
        return self.pipectl("approve", *args, code=code, env=harness.clean_environment(**extra))


class ApproveTest(Gated):
    def test_the_run_stops_there_and_goes_on_when_somebody_agrees(self):
        self.write(GATE)
        events = self.events(code=4)
        ends = {e["stage"]: e for e in events if e["event"] == "stage.finished"}
        run = events[0]["run"]
        self.assertEqual({name: e["outcome"] for name, e in ends.items()},
                         {"build": "succeeded", "beside": "succeeded", "gate": "waiting",
                          "deploy": "skipped", "tidy": "skipped"})
        self.assertEqual(ends["gate"]["reason"], "Deploy build 1?")
        self.assertEqual(ends["gate"]["hint"], f"pipectl approve {run} gate")
        self.assertEqual(ends["deploy"]["reason"], "gate waits for an approval")
        self.assertNotIn("stage.started", [e["event"] for e in events if e.get("stage") == "gate"])
        self.assertEqual(self.ran(), ["beside", "build"])

        # Resumed without an answer it waits on, and repeats nothing.
        self.pipectl("run", "--resume", code=4)
        self.assertEqual(self.ran(), ["beside", "build"])

        done = self.approve(run, "--comment", "looks good", GITHUB_ACTOR="ann")
        self.assertEqual(done.stdout, "gate: approved by ann: looks good\n"
                                      f"to go on: pipectl run --resume={run}\n")
        self.assertEqual(self.record()["result"], "waiting")  # until it is resumed
        ends = {e["stage"]: e for e in self.events(f"--resume={run}", code=0)
                if e["event"] == "stage.finished"}
        self.assertEqual(ends["gate"]["outcome"], "succeeded")
        self.assertEqual(ends["gate"]["summary"], "approved by ann: looks good")
        self.assertEqual(self.ran(), ["beside", "build", "deploy", "tidy"])

    def test_who_and_when_is_kept(self):
        run = self.waiting_run()
        self.approve(run, "gate", "--comment", "why not", GITLAB_USER_LOGIN="bob")
        self.pipectl("run", f"--resume={run}", code=0)
        approval = self.stage("gate")["approval"]
        self.assertEqual((approval["decision"], approval["by"], approval["comment"]),
                         ("approved", "bob", "why not"))
        self.assertRegex(approval["at"], r"^20\d\d-\d\d-\d\dT[\d:.]+Z$")
        told = self.pipectl("explain", "gate", code=0).stdout
        self.assertIn("approved by bob: why not, 20", told)

    def test_the_person_is_the_login_when_nobody_else_is_named(self):
        run = self.waiting_run()
        self.approve(run)
        self.assertEqual(self.stage("gate")["approval"]["by"], pwd.getpwuid(os.getuid()).pw_name)

    def test_a_rejection_fails_the_stage_and_skips_what_needs_it(self):
        run = self.waiting_run()
        self.approve(run, "--reject", "--comment", "not on a friday", GITHUB_ACTOR="ann")
        ends = {e["stage"]: e for e in self.events(f"--resume={run}", code=1)
                if e["event"] == "stage.finished"}
        self.assertEqual(ends["gate"]["outcome"], "failed")
        self.assertEqual(ends["gate"]["reason"], "rejected by ann: not on a friday")
        self.assertEqual((ends["deploy"]["outcome"], ends["deploy"]["reason"]),
                         ("skipped", "upstream gate"))
        self.assertEqual(ends["tidy"]["outcome"], "succeeded")  # always
        self.assertEqual(self.ran(), ["beside", "build", "tidy"])
        # It stays rejected.
        refused = self.approve(run, "gate", code=2)
        self.assertIn("does not wait for an approval", refused.stderr)
        self.assertIn("rejected by ann", refused.stderr)
        self.pipectl("run", f"--resume={run}", code=1)
        self.assertNotIn("deploy", self.ran())

    def test_an_answer_may_be_taken_back_before_the_run_goes_on(self):
        run = self.waiting_run()
        self.approve(run, GITHUB_ACTOR="ann")
        done = self.approve(run, "--reject", GITHUB_ACTOR="bob")
        self.assertIn("gate: rejected by bob (was approved by ann)", done.stdout)
        self.pipectl("run", f"--resume={run}", code=1)
        self.assertNotIn("deploy", self.ran())

    def test_an_environment_asks_once_on_a_way(self):
        run = self.waiting_run(ENVIRONMENT)
        deploy = self.stage("deploy")
        self.assertEqual((deploy["outcome"], deploy["reason"], deploy["attempt"]),
                         ("waiting", "production wants an approval", 0))
        self.approve(run, GITHUB_ACTOR="ann")
        self.pipectl("run", f"--resume={run}", code=0)
        self.assertEqual(self.ran(), ["build", "deploy", "smoke"])
        self.assertEqual(self.stage("deploy")["why"], "approved by ann; the run was resumed")

    def test_environments_of_the_command_line_ask_for_deploys_only(self):
        self.write(ENVIRONMENT.replace("environment: production, ", ""))
        self.pipectl("run", "-E", "staging", code=0)
        outcomes = self.outcomes("-E", "production", code=4)
        self.assertEqual(outcomes, {"build": "succeeded", "deploy": "waiting", "smoke": "skipped"})
        self.assertEqual(self.outcomes("-E", "production", "--skip", "deploy", code=0)["smoke"],
                         "succeeded")
        self.pipectl("deploy", "production", code=4)

    def test_stages_side_by_side_are_answered_one_by_one(self):
        run = self.waiting_run("""
            environments: {production: {approval: true}}
            stages:
              both:
                environment: production
                matrix: {region: [eu, us]}
                run: 'echo ${{ matrix.region }} >> ran.txt'
        """)
        refused = self.approve(run, "both", code=2)
        self.assertIn("'both (eu)'", refused.stderr)
        self.approve(run, "both (eu)")
        self.pipectl("run", f"--resume={run}", code=4)
        self.assertEqual(self.ran(), ["eu"])
        self.approve(run)
        self.pipectl("run", f"--resume={run}", code=0)
        self.assertEqual(self.ran(), ["eu", "us"])

    def test_a_failure_weighs_more_than_what_waits(self):
        self.write("""
            stages:
              gate: {kind: approve, needs: []}
              bad: {needs: [], run: 'exit 7'}
        """)
        self.assertEqual(self.outcomes("-k", code=1), {"gate": "waiting", "bad": "failed"})

    def test_a_condition_comes_before_the_question(self):
        self.write("""
            stages:
              gate: {kind: approve, when: branch == 'main'}
              deploy: {run: 'echo deploy >> ran.txt'}
        """)
        self.assertEqual(self.outcomes(code=0), {"gate": "skipped", "deploy": "succeeded"})

    def test_an_answer_that_comes_too_late_does_not_count(self):
        run = self.waiting_run("""
            stages:
              gate: {kind: approve, expires: 1ms}
              deploy: {run: 'echo deploy >> ran.txt'}
        """)
        refused = self.approve(run, code=2)
        self.assertIn("gate of run", refused.stderr)
        self.assertIn("could be answered until 20", refused.stderr)
        ends = {e["stage"]: e for e in self.events(f"--resume={run}", code=1)
                if e["event"] == "stage.finished"}
        self.assertEqual(ends["gate"]["reason"], "nobody approved it in 1ms")
        self.assertEqual(self.ran(), [])

    def test_what_cannot_be_answered_is_refused(self):
        self.write("stages: {a: {run: 'true'}}")
        self.assertIn("nothing has run here yet", self.approve("latest", code=2).stderr)
        self.pipectl("run", code=0)
        self.assertIn("waits for an approval", self.approve("latest", code=2).stderr)
        self.assertIn("no stage 'b'", self.approve("latest", "b", code=2).stderr)
        self.assertIn("no run 'x1'", self.approve("x1", code=2).stderr)

    def test_a_file_that_changed_is_not_what_was_approved(self):
        run = self.waiting_run()
        self.approve(run)
        self.write(GATE.replace("echo deploy", "echo other"))
        self.assertIn("has changed since", self.pipectl("run", f"--resume={run}", code=2).stderr)

    def test_the_hint_is_a_command(self):
        self.write(GATE)
        done = self.pipectl("run", "--ui", "plain", code=4)
        run = self.record()["run"]
        self.assertRegex(done.stdout, r"(?m)gate +WAITING +.*Deploy build 1\?$")
        self.assertIn(f"to go on: pipectl approve {run} && pipectl run --resume={run}", done.stdout)
        shown = self.pipectl("runs", "show", code=0).stdout
        self.assertIn(f"pipectl approve {run} &&", shown)
        self.assertIn("waiting, exit code 4", shown)

    def test_the_plan_says_that_it_asks(self):
        self.write(ENVIRONMENT)
        self.assertIn("waits for an approval", self.pipectl("plan", code=0).stdout)
        stages = json.loads(self.pipectl("plan", "--json", code=0).stdout)["stages"]
        self.assertEqual([s.get("approval", False) for s in stages], [False, True, True])

    def test_ci_without_a_kept_state_is_refused_before_anything_runs(self):
        self.write(GATE)
        refused = self.pipectl("run", code=2, env=harness.clean_environment(CI="true"))
        self.assertIn("gate waits for an approval", refused.stderr)
        self.assertIn("PIPECTL_STATE_DIR", refused.stderr)
        self.assertEqual(self.ran(), [])
        env = harness.clean_environment(CI="true", PIPECTL_STATE_DIR=str(self.folder / "kept"))
        self.pipectl("run", code=4, env=env)
        self.pipectl("approve", "latest", code=0, env=env)
        self.pipectl("run", "--resume", code=0, env=env)
        self.assertIn("deploy", self.ran())

    def test_ci_runs_what_would_not_ask(self):
        self.write("""
            stages:
              gate: {kind: approve, when: branch == 'main'}
              a: {run: 'true'}
        """)
        self.pipectl("run", code=0, env=harness.clean_environment(CI="true"))

    def test_kill_at_every_journal_write_never_loses_an_answer(self):
        self.assertTrue(harness.FAULTY, "PIPECTL_FAULTY names no binary")
        self.write(GATE)
        number = 0
        while True:
            (self.folder / "ran.txt").unlink(missing_ok=True)
            env = harness.clean_environment(FAULT_AT=str(number), FAULT_WHEN="after")
            done = self.pipectl("run", binary=harness.FAULTY, env=env)
            if done.returncode == 4:
                break
            self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
            self.pipectl("run", "--resume", code=4)
            self.approve("latest")
            resumed = self.pipectl("run", "--resume", binary=harness.FAULTY,
                                   env=harness.clean_environment(FAULT_AT="1", FAULT_WHEN="before"))
            self.assertEqual(resumed.returncode, -signal.SIGKILL, resumed.stderr)
            self.pipectl("run", "--resume", code=0)
            self.assertIn("deploy", self.ran())
            number += 1
        self.assertGreater(number, 2)


class AskTest(Gated):
    """In a terminal the run asks the person in front of it."""

    def in_pty(self, *args):
        env = harness.clean_environment(TERM="xterm-256color", GITHUB_ACTOR="ann")
        env.pop("CI", None)
        run = PtyRun([os.path.abspath(harness.PIPECTL), *args], self.folder, env)
        self.addCleanup(run.close)
        return run

    def answered(self, word, *args):
        self.write(GATE)
        run = self.in_pty("run", *args)
        run.expect("gate: Deploy build 1")
        run.expect("for later: ")
        run.type(word)
        return run.finish()

    def test_yes_goes_on_at_once(self):
        self.assertEqual(self.answered(b"y\n"), 0)
        self.assertEqual(self.ran(), ["beside", "build", "deploy", "tidy"])
        self.assertEqual(self.stage("gate")["approval"]["by"], "ann")

    def test_no_fails_it(self):
        self.assertEqual(self.answered(b"n\n", "--ui", "plain"), 1)
        self.assertEqual(self.ran(), ["beside", "build", "tidy"])

    def test_enter_leaves_it_waiting(self):
        self.assertEqual(self.answered(b"\n"), 4)
        self.assertNotIn("approval", self.stage("gate"))

    def test_ctrl_c_leaves_it_waiting(self):
        self.assertEqual(self.answered(b"\x03"), 4)
        self.assertNotIn("approval", self.stage("gate"))

    def test_json_is_not_asked(self):
        self.write(GATE)
        self.assertEqual(self.in_pty("run", "--ui", "json").finish(), 4)


if __name__ == "__main__":
    harness.main()
