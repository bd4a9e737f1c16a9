"""kill -9 at every journal write, then --resume: no stage lost, none repeated whose end was journaled,
no process left behind."""
import json
import signal
import sqlite3
import subprocess

import harness

# Twelve stages with a group, a fan-out and a fan-in. Each says in ran.txt when it has done its work; two
# of them also start a child that would outlive them.
STAGES = """
    name: twelve
    stages:
      prepare: {run: 'echo prepare >> ran.txt'}
      checks:
        parallel:
          lint: {run: 'echo lint >> ran.txt'}
          unit: {run: 'sleep 0.05; echo unit >> ran.txt'}
          docs: {run: 'echo docs >> ran.txt'}
      build: {run: 'sleep 0.05; echo build >> ran.txt'}
      pack-a: {needs: [build], run: 'echo pack-a >> ran.txt'}
      pack-b: {needs: [build], run: 'sleep 0.05 & wait; echo pack-b >> ran.txt'}
      pack-c: {needs: [build], run: 'echo pack-c >> ran.txt; echo key=value >> $PIPECTL_OUTPUT'}
      join: {needs: [pack-a, pack-b, pack-c], run: 'echo "join $PIPECTL_OUT_PACK_C_KEY" >> ran.txt'}
      sign: {run: 'echo sign >> ran.txt'}
      verify: {run: 'sleep 0.05; echo verify >> ran.txt'}
      notify: {run: 'echo notify >> ran.txt', always: true}
"""
NAMES = ["prepare", "lint", "unit", "docs", "build", "pack-a", "pack-b", "pack-c", "join value", "sign",
         "verify", "notify"]


class ResumeTest(harness.PipectlTest):
    def setUp(self):
        super().setUp()
        self.assertTrue(harness.FAULTY, "PIPECTL_FAULTY names no binary")
        self.write(STAGES)

    def ran(self):
        path = self.folder / "ran.txt"
        return path.read_text().splitlines() if path.exists() else []

    def journaled_ends(self):
        """Stages whose end is in the journal, straight from the killed run's record."""
        shown = self.pipectl("runs", "show", "latest", "--json", code=0).stdout
        record = json.loads(shown)
        return record["run"], {s["stage"] for s in record["stages"] if s.get("outcome") == "succeeded"}

    def kill_at(self, number, when):
        env = harness.clean_environment(FAULT_AT=str(number), FAULT_WHEN=when)
        return self.pipectl("run", "-j", "2", "--ui", "plain", binary=harness.FAULTY, env=env)

    def kill_resume_check(self, number, when):
        """False once the run has fewer journal writes than `number`."""
        done = self.kill_at(number, when)
        if done.returncode == 0:
            return False
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
        run_id, ended = self.journaled_ends()
        before = self.ran()
        self.pipectl("run", "--resume", "-j", "2", code=0)
        after = self.ran()
        for name in NAMES:
            times = after.count(name)
            self.assertGreaterEqual(times, 1, f"{name} was lost ({when} write {number})")
            if name.split()[0] in ended:
                self.assertEqual(after.count(name), before.count(name),
                                 f"{name} was repeated ({when} write {number})")
        self.assertEqual(harness.processes_of(run_id), [])
        return True

    def every_write(self, when):
        number = 0
        while True:
            (self.folder / "ran.txt").unlink(missing_ok=True)
            if not self.kill_resume_check(number, when):
                break
            number += 1
        self.assertGreater(number, 9, "the longest chain of the twelve stages has more writes than this")

    def test_kill_before_every_journal_write(self):
        self.every_write("before")

    def test_kill_after_every_journal_write(self):
        self.every_write("after")

    def test_kill_between_spawn_and_journaled_pid(self):
        """The child lives, its pid is in no journal: it is found by its environment and ended."""
        self.write("""
            name: orphan
            stages:
              long:
                run: |
                  echo started >> ran.txt
                  if [ "$(wc -l < ran.txt)" = 1 ]; then exec sleep 1000; fi
        """)
        env = harness.clean_environment(FAULT_AT="spawned", FAULT_WHEN="before")
        done = self.pipectl("run", binary=harness.FAULTY, env=env)
        self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
        run_id, _ = self.journaled_ends()
        with sqlite3.connect(self.folder / ".pipectl" / "runs.db") as database:
            dump = "\n".join(database.iterdump())
        self.assertIn(run_id, dump)
        self.assertEqual(len(harness.processes_of(run_id)), 1, "the child should have outlived pipectl")
        done = self.pipectl("run", "--resume", code=0)
        self.assertIn("left running", done.stderr)
        self.assertEqual(harness.processes_of(run_id), [])
        self.assertEqual(self.ran(), ["started", "started"])

    def test_resume_keeps_parameters_and_refuses_new_ones(self):
        self.write("""
            name: p
            params: {who: {default: nobody}}
            stages:
              a: {run: 'echo "$PIPECTL_PARAM_WHO" >> ran.txt; test -e go'}
        """)
        self.pipectl("run", "-p", "who=ann", code=1)
        refused = self.pipectl("run", "--resume", "-p", "who=bob", code=2)
        self.assertIn("keeps its parameters", refused.stderr)
        (self.folder / "go").touch()
        self.pipectl("run", "--resume", code=0)
        self.assertEqual(self.ran(), ["ann", "ann"])

    def test_the_same_values_may_be_given_again(self):
        self.write("""
            name: p
            params: {who: {default: nobody}}
            stages:
              a: {when: env.X == 'x', env: {Y: '${{ env.X }}'}, run: 'echo "$Y" >> ran.txt; test -e go'}
        """)
        self.pipectl("run", "-e", "X=x", "-p", "who=ann", "-s", "a", code=1)
        self.pipectl("run", "--resume", code=1)
        self.pipectl("run", "--resume", "-e", "X=x", "-p", "who=ann", "-s", "a", code=1)
        for other in (["-e", "X=y"], ["-e", "Z=x"], ["-p", "who=bob"], ["--branch", "other"],
                      ["--skip", "a"]):
            refused = self.pipectl("run", "--resume", *other, code=2)
            self.assertIn("keeps its parameters", refused.stderr)
        (self.folder / "go").touch()
        self.pipectl("run", "--resume", "-e", "X=x", code=0)
        self.assertEqual(self.ran(), ["x"] * 4)

    def test_resume_in_place_refuses_another_commit(self):
        self.write("name: p\nstages: {a: {run: 'test -e fixed'}}\n")
        self.git("init", "-q")
        self.git("add", "pipeline.yaml")
        self.git("commit", "-q", "-m", "broken")
        broken = self.git("rev-parse", "HEAD")
        self.pipectl("run", code=1)
        self.write("", "fixed")
        self.git("add", "fixed")
        self.git("commit", "-q", "-m", "fixed")
        refused = self.pipectl("run", "--resume", code=2)
        self.assertIn(broken[:10], refused.stderr)
        self.assertIn(self.git("rev-parse", "HEAD")[:10], refused.stderr)
        self.git("checkout", "-q", broken)
        self.pipectl("run", "--resume", code=1)  # `fixed` is of the other commit
        self.write("", "fixed")
        self.pipectl("run", "--resume", code=0)

    def test_a_checkout_of_its_own_may_be_resumed_whatever_happened_here(self):
        self.write("name: p\nstages: {a: {run: 'test -e ../../../../go'}}\n")
        self.git("init", "-q")
        self.git("add", "pipeline.yaml")
        self.git("commit", "-q", "-m", "first")
        self.pipectl("run", "--worktree", "head", code=1)
        self.git("commit", "-q", "--allow-empty", "-m", "second")
        (self.folder / "go").touch()
        self.pipectl("run", "--resume", code=0)

    def test_resume_refuses_a_changed_file(self):
        self.write("name: p\nstages: {a: {run: 'false'}}\n")
        self.pipectl("run", code=1)
        self.write("name: p\nstages: {a: {run: 'true'}}\n")
        refused = self.pipectl("run", "--resume", code=2)
        self.assertIn("has changed since", refused.stderr)

    def test_resume_of_a_good_run_shows_it_again_and_runs_nothing(self):
        self.write("name: p\nstages: {a: {run: 'echo a >> ran.txt'}}\n")
        self.pipectl("run", code=0)
        again = self.pipectl("run", "--resume", code=0)
        self.assertIn("a", again.stdout)
        self.assertEqual(self.ran(), ["a"])

    def test_resume_without_an_earlier_run_starts_one(self):
        self.write("name: p\nstages: {a: {run: 'echo a >> ran.txt'}}\n")
        self.pipectl("run", "--resume", code=0)
        self.assertEqual(self.ran(), ["a"])

    def test_a_file_after_resume_is_the_file(self):
        self.write("name: p\nstages: {a: {run: 'echo a >> ran.txt; test -e fixed'}}\n", "other.yaml")
        self.pipectl("run", "other.yaml", code=1)
        self.write("", "fixed")
        again = self.pipectl("run", "--resume", "other.yaml", code=0)
        self.assertIn("resumed", again.stdout)
        self.assertEqual(self.ran(), ["a", "a"])

    def test_two_runs_on_one_workspace(self):
        """The second one is told who works here; it is neither run nor recorded."""
        self.write("""
            name: p
            stages: {a: {run: 'mkfifo gate; echo here > here; cat gate'}}
        """)
        first = subprocess.Popen([harness.PIPECTL, "run"], cwd=self.folder, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, env=harness.clean_environment())
        try:
            while not (self.folder / "here").exists():
                self.assertIsNone(first.poll(), "the first run ended early")
            second = self.pipectl("run", code=3)
            self.assertIn(str(first.pid), second.stderr)
        finally:
            with open(self.folder / "gate", "w") as gate:
                gate.write("go\n")
            first.communicate(timeout=60)
        self.assertEqual(first.returncode, 0)


if __name__ == "__main__":
    harness.main()
