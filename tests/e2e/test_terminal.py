"""The views in real terminals: a pty that the test reads as it likes, and tmux, which draws."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

import harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from pty_run import PtyRun  # noqa: E402
from tmux import Tmux  # noqa: E402

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])")

# Stages that wait for the test: each ends when something is written into its pipe.
WAITING = """
    name: waiting
    stages:
      both:
        parallel:
          one: {run: 'echo working on one; read x < one.pipe; echo done'}
          two: {run: 'echo working on two; read x < two.pipe; test $x = good || { echo boom; exit 3; }'}
      after: {run: 'echo after'}
      tidy: {always: true, run: 'echo tidy > tidy.txt'}
"""


class TerminalTest(harness.PipectlTest):
    def pipes(self, *names):
        for name in names:
            os.mkfifo(self.folder / name)

    def release(self, name, word="good"):
        (self.folder / name).write_text(word + "\n")

    def in_pty(self, *args, env=None, **size):
        env = env or harness.clean_environment(TERM="xterm-256color")
        run = PtyRun([os.path.abspath(harness.PIPECTL), "run", *args], self.folder, env, **size)
        self.addCleanup(run.close)
        return run

    def in_tmux(self, line, **size):
        env = harness.clean_environment(PS1="$ ", PATH=os.environ["PATH"], P=harness.PIPECTL)
        terminal = Tmux(str(self.folder), env, **size)
        self.addCleanup(terminal.close)
        terminal.command(line)
        return terminal


class LiveTest(TerminalTest):
    def test_picture_then_failures_then_summary(self):
        self.pipes("one.pipe", "two.pipe")
        self.write(WAITING)
        screen = self.in_tmux('"$P" run -j2; echo "code $?"')
        text = screen.wait_for(lambda t: "working on one" in t and "working on two" in t)
        self.assertRegex(text, r"(?m)^waiting · 4 stages · manual$")
        self.assertRegex(text, r"(?m)^  \S both$")
        self.assertRegex(text, r"(?m)^    \S one +\d+s  working on one$")
        self.assertRegex(text, r"(?m)^0/4 done · 2 running · \d+s$")
        self.assertFalse(screen.cursor_is_shown())
        self.release("one.pipe")
        screen.wait_for(lambda t: re.search(r"(?m)^    ✓ one", t))
        self.release("two.pipe", "bad")
        text = screen.wait_for(lambda t: "code 1" in t)
        self.assertTrue(screen.cursor_is_shown())
        self.assertNotIn("running", text)  # the picture has gone
        lines = [line for line in text.splitlines() if line]
        order = [next(i for i, line in enumerate(lines) if re.search(p, line)) for p in
                 (r"^skipped \(upstream two\): after$", r"^❌ two FAILED  exit code 3$", r"│ boom$",
                  r"log:  \.pipectl/runs/", r"^✅ one +PASSED", r"^❌ two +FAILED +\d",
                  r"^⏩ after +SKIPPED", r"^✅ tidy", r"^FAILED in ", r"^code 1$")]
        self.assertEqual(order, sorted(order), text)

    def test_resize_leaves_nothing_behind(self):
        self.pipes("one.pipe", "two.pipe")
        self.write(WAITING)
        screen = self.in_tmux('clear; "$P" run -j2; echo "code $?"', columns=100, rows=30)
        screen.wait_for(lambda t: "working on two" in t)
        for columns, rows in ((60, 20), (45, 12), (110, 30)):
            screen.resize(columns, rows)
            text = screen.wait_for(lambda t: re.search(r"(?m)^0/4 done.*s$", t) and "working on two" in t)
            self.assertEqual(len(re.findall(r"(?m)^\d/4 done", text)), 1, text)
            self.assertEqual(len(re.findall(r"(?m)^  . both", text)), 1, text)
        self.release("one.pipe")
        self.release("two.pipe")
        screen.wait_for(lambda t: "code 0" in t)
        self.assertEqual(len(re.findall(r"\d/4 done", screen.history())), 0, screen.history())

    def test_resize_cuts_lines_that_no_longer_fit(self):
        self.pipes("one.pipe", "two.pipe")
        self.write(WAITING)
        screen = self.in_tmux('clear; "$P" run -j2; echo "code $?"', columns=100, rows=30)
        screen.wait_for(lambda t: "working on two" in t)
        screen.resize(30, 12)
        screen.wait_for(lambda t: re.search(r"(?m)^    . two +\d+s  work.*…$", t))
        self.release("one.pipe")
        self.release("two.pipe")
        screen.wait_for(lambda t: "code 0" in t)

    def test_low_terminal_shows_what_runs(self):
        self.pipes("last.pipe")
        self.write("stages:\n" + "".join(f"  s{i}: {{needs: [], run: 'true'}}\n" for i in range(40)) +
                   "  last: {run: 'echo here; read x < last.pipe'}\n")
        screen = self.in_tmux('clear; "$P" run; echo "code $?"', columns=60, rows=8)
        text = screen.wait_for(lambda t: "here" in t)
        self.assertRegex(text, r"(?m)^  . last +\d+s  here$")
        self.assertRegex(text, r"(?m)^  … \d+ more$")
        self.assertLessEqual(len(text.rstrip("\n").splitlines()), 8)
        self.release("last.pipe")
        screen.wait_for(lambda t: "code 0" in t)

    def test_suspended_and_continued(self):
        self.pipes("one.pipe", "two.pipe")
        self.write(WAITING)
        screen = self.in_tmux('"$P" run -j2; echo "code $?"')
        screen.wait_for(lambda t: "working on two" in t)
        screen.keys("C-z")
        screen.wait_for(lambda t: "Stopped" in t or "suspended" in t.lower())
        self.assertTrue(screen.cursor_is_shown())
        screen.command("clear")
        screen.command("fg")
        screen.wait_for(lambda t: "working on two" in t)
        self.release("one.pipe")
        self.release("two.pipe")
        screen.wait_for(lambda t: "PASSED in" in t)
        self.assertTrue(screen.cursor_is_shown())

    def test_a_childs_control_sequences_stay_out(self):
        self.pipes("one.pipe")
        self.write(r"""
            stages:
              rude:
                run: |
                  printf 'a\033[2J\033[31mred\033[0m\033]0;title\007\033]52;c;eA==\007\033[?1049h\n'
                  read x < one.pipe; exit 1
        """)
        run = self.in_pty()
        run.expect("ared")
        self.release("one.pipe")
        self.assertEqual(run.finish(), 1)
        ours = {"\x1b[K", "\x1b[J", HIDE, SHOW, "\x1b[?2026h", "\x1b[?2026l", "\x1b[4G"}
        for sequence in set(CONTROL.findall(run.text())) - ours:
            self.assertRegex(sequence, r"^\x1b\[[\d;]*[mAB]$")
        self.assertNotIn("title", run.text())

    def test_narrow_terminal(self):
        self.pipes("go.pipe")
        self.write("stages: {a-stage-with-a-rather-long-name: "
                   "{run: 'echo a long line of output; read x < go.pipe; exit 4'}}")
        run = self.in_pty(columns=20, rows=6)
        run.expect("0/1 done")
        picture = run.text()
        for line in re.split(r"[\r\n]+", CONTROL.sub("", picture)):
            self.assertLess(len(line), 20)
        self.release("go.pipe")
        self.assertEqual(run.finish(), 1)


class WhichViewTest(TerminalTest):
    def show(self, *args, **env):
        """Everything that a run prints whose one stage says `green`, in green, and waits."""
        (self.folder / "go.pipe").unlink(missing_ok=True)
        self.pipes("go.pipe")
        self.write("stages: {one: {run: \"printf '\\\\033[32mgreen\\\\033[0m\\n'; read x < go.pipe\"}}")
        run = self.in_pty(*args, env=harness.clean_environment(**{"TERM": "xterm", **env}))
        run.expect("green")
        self.release("go.pipe")
        self.assertEqual(run.finish(), 0)
        return run.text()

    def test_live_on_a_terminal(self):
        text = self.show()
        self.assertIn("0/1 done", text)
        self.assertEqual((text.count(HIDE), text.count(SHOW)), (1, 1))

    def test_dumb_terminal_and_ci_get_plain_lines(self):
        for env in ({"TERM": "dumb"}, {"CI": "true"}):
            text = self.show(**env)
            self.assertIn("[one]", CONTROL.sub("", text))
            self.assertNotIn(HIDE, text)
        self.assertIn(HIDE, self.show("--ui", "live", CI="true"))

    def test_no_color(self):
        for view in ("live", "plain"):
            text = self.show("--ui", view, NO_COLOR="1")
            self.assertNotRegex(text, r"\x1b\[[\d;]*m")
            self.assertRegex(self.show("--ui", view), r"\x1b\[[\d;]*m")

    def test_forced_colour_in_a_pipe(self):
        self.write("stages: {one: {run: 'true'}}")
        plain = self.pipectl("run", code=0).stdout
        self.assertNotIn("\x1b", plain)
        forced = self.pipectl("run", code=0, env=harness.clean_environment(CLICOLOR_FORCE="1")).stdout
        self.assertRegex(forced, r"\x1b\[32mPASSED")

    def test_ascii_where_there_is_no_utf8(self):
        text = self.show("--ui", "plain", LC_ALL="C", NO_COLOR="1")
        self.assertIn("[one] + PASSED", text)
        text.encode("ascii")

    def test_json_is_one_object_a_line(self):
        self.write("stages: {one: {run: \"printf 'a\\\\377b\\\\n'; echo ready; exit 2\"}}")
        done = self.pipectl("run", "--ui", "json", code=1)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual({e["v"] for e in events}, {1})
        self.assertEqual([e["text"] for e in events if e["event"] == "stage.output"],
                         ["a\ufffdb", "ready"])
        self.assertEqual(events[0]["event"], "run.started")
        self.assertEqual(events[-1]["event"], "run.finished")
        self.assertEqual(events[-1]["exit_code"], 1)

    def test_github_and_gitlab_fold(self):
        self.write("stages: {one: {run: \"echo '::set-output name=a::b'; exit 2\"}}")
        summary = self.folder / "summary.md"
        env = harness.clean_environment(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
        text = self.pipectl("run", code=1, env=env).stdout
        self.assertIn("::group::one\n::stop-commands::", text)
        self.assertRegex(text, r"(?m)^::error file=pipeline.yaml,line=1,title=stage one failed::")
        self.assertIn("| ❌ | one | FAILED |", summary.read_text())
        text = self.pipectl("run", code=1, env=harness.clean_environment(GITLAB_CI="true")).stdout
        self.assertRegex(text, r"\x1b\[0Ksection_start:\d+:pipectl_1_one\[collapsed=true\][\r\n]\x1b\[0Kone\n")


class InterruptTest(TerminalTest):
    SLOW = """
        stages:
          slow: {run: 'trap "echo cleaned > cleaned.txt; exit 1" TERM; echo up; while :; do sleep 1 & wait $!; done'}
          after: {run: 'echo after > after.txt'}
          tidy: {always: true, run: 'echo tidy > tidy.txt'}
    """
    STUBBORN = """
        stages:
          slow: {run: 'trap "" TERM; echo up; while :; do sleep 1; done'}
          tidy: {always: true, run: 'echo tidy > tidy.txt'}
    """

    def test_once_stops_in_order(self):
        for view in ("live", "plain"):
            with self.subTest(view):
                self.write(self.SLOW)
                run = self.in_pty("--ui", view)
                run.expect("up")
                run.type(b"\x03")
                self.assertEqual(run.finish(), 130)
                self.assertIn("stopping in order", run.text())
                self.assertIn("INTERRUPTED in", CONTROL.sub("", run.text()))
                self.assertTrue((self.folder / "cleaned.txt").exists())
                self.assertTrue((self.folder / "tidy.txt").exists())
                self.assertFalse((self.folder / "after.txt").exists())
                self.assertEqual(run.text().count(HIDE), run.text().count(SHOW))

    def test_twice_stops_at_once(self):
        self.write(self.STUBBORN)
        run = self.in_pty()
        run.expect("up")
        run.type(b"\x03")
        run.expect("stopping in order")
        run.type(b"\x03")
        self.assertEqual(run.finish(), 130)
        self.assertFalse((self.folder / "tidy.txt").exists())
        self.assertTrue(run.text().rstrip().endswith(SHOW) or SHOW in run.text()[-200:])


class StalledTest(TerminalTest):
    """Nobody reads the terminal. Timeouts and Ctrl-C go on all the same."""

    def test_a_timeout_is_kept(self):
        self.pipes("ended.pipe")
        self.write("""
            stages:
              flood: {timeout: 1s, run: 'trap "echo ended > ended.pipe; exit 1" TERM; yes & wait'}
        """)
        run = self.in_pty("--ui", "plain")
        self.assertEqual((self.folder / "ended.pipe").read_text(), "ended\n")
        run.kill(signal.SIGINT)
        self.assertIn(run.wait(), (1, 130))

    def test_ctrl_c_is_kept_and_cleans_up(self):
        for view in ("plain", "live", "json"):
            with self.subTest(view):
                self.write("""
                    stages:
                      flood: {run: 'echo up > up.pipe; yes'}
                      tidy: {always: true, run: 'echo tidy > tidy.txt'}
                """)
                for name in ("up.pipe", "tidy.txt"):
                    (self.folder / name).unlink(missing_ok=True)
                self.pipes("up.pipe")
                run = self.in_pty("--ui", view)
                self.assertEqual((self.folder / "up.pipe").read_text(), "up\n")
                run.kill(signal.SIGINT)
                self.assertEqual(run.wait(), 130)
                self.assertTrue((self.folder / "tidy.txt").exists())

    def test_a_slow_reader_gets_everything(self):
        self.write("stages: {count: {run: 'seq 200000'}}")
        run = self.in_pty("--ui", "plain", env=harness.clean_environment(TERM="dumb"))
        self.assertEqual(run.finish(), 0)
        numbers = re.findall(rb"(?m)^\[count\] (\d+)\r?$", run.output)
        self.assertEqual([int(n) for n in numbers], list(range(1, 200001)))

    def test_a_reader_that_goes_away_does_not_end_the_run(self):
        self.write("stages: {a: {run: 'seq 100000'}, b: {run: 'echo b > b.txt'}}")
        done = subprocess.run(["sh", "-c", '"$0" run | head -1; cat b.txt', harness.PIPECTL],
                              cwd=self.folder, env=harness.clean_environment(), timeout=60,
                              stdout=subprocess.PIPE, text=True)
        self.assertEqual(done.stdout.splitlines()[1:], ["b"])


if __name__ == "__main__":
    unittest.main()
