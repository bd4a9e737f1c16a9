"""Floods, full disks and readers that go away."""
import os
import shutil
import signal
import subprocess
import sys
import unittest

import harness

MIB = 1 << 20

# A GiB of lines in blocks of 4 KiB, of which no two are the same.
FLOOD = """
    import sys
    lines = "2026-11-20 INFO request served in 12 ms, all is well with the world\\n" * 60
    for number in range(1 << 18):
        sys.stdout.write(f"block {number:09}\\n{lines}")
"""


class FloodTest(harness.PipectlTest):
    def run_measured(self, *args, stdout=subprocess.DEVNULL):
        """Exit code and peak memory in MiB of the binary itself."""
        process = subprocess.Popen([harness.PIPECTL, *args], cwd=self.folder, stdout=stdout,
                                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                   env=harness.clean_environment(S1="s3cret-value-one"))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage.ru_maxrss / 1024

    def test_a_gibibyte_of_output(self):
        """Memory stays below 64 MiB, and every byte is in the log, each in its place."""
        self.write(FLOOD, "flood.py")
        flood = f"{sys.executable} flood.py"
        self.write(f"""
            name: flood
            secrets: {{S1: {{env: S1}}}}
            stages: {{flood: {{secrets: [S1], run: '{flood}'}}}}
        """)
        code, peak = self.run_measured("run", "--ui", "plain")
        self.assertEqual(code, 0)
        self.assertLess(peak, 64)
        log, = (self.folder / ".pipectl" / "runs").glob("*/logs/*.log")
        self.assertEqual(log.stat().st_size, 1 << 30)
        subprocess.run(["sh", "-c", f"{flood} | cmp - \"$1\"", "sh", log], check=True, cwd=self.folder)

    def test_one_line_without_an_end(self):
        self.write("name: line\nstages: {line: {run: 'head -c 104857600 /dev/zero | tr \"\\\\0\" x'}}\n")
        code, peak = self.run_measured("run", "--ui", "plain")
        self.assertEqual(code, 0)
        self.assertLess(peak, 64)

    def test_what_cannot_be_shown_is_told(self):
        self.write("stages: {a: {run: 'echo said'}}")
        told = "cannot write to stdout: No space left on device"
        for view, code, message in (("json", 3, f"pipectl: error: {told}"),
                                    ("plain", 0, f"pipectl: warning: {told}")):
            with self.subTest(view), open("/dev/full", "w") as full:
                done = subprocess.run([harness.PIPECTL, "run", "--ui", view], cwd=self.folder,
                                      stdout=full, stderr=subprocess.PIPE, text=True,
                                      env=harness.clean_environment())
                self.assertEqual((done.returncode, done.stderr.splitlines()[0]), (code, message))
        missing = self.folder / "no" / "summary"
        done = self.pipectl("run", "--ui", "json", code=0,
                            env=harness.clean_environment(GITHUB_STEP_SUMMARY=str(missing)))
        self.assertEqual(done.stderr, f"pipectl: warning: cannot write to {missing} "
                                      "(GITHUB_STEP_SUMMARY): No such file or directory\n")

    def test_ctrl_c_ends_a_run_that_is_over_but_for_its_reader(self):
        self.write("stages: {a: {run: 'seq 1 30000'}, done: {run: 'true'}}")
        process = subprocess.Popen([harness.PIPECTL, "run", "--ui", "plain"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env=harness.clean_environment())
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        ended = '"exit_code": 0'
        while ended not in self.pipectl("runs", "show", "--json").stdout:
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)

    def test_the_outputs_of_a_stage_are_its_own_fault(self):
        for run in ("head -c 2000000 /dev/zero > $PIPECTL_OUTPUT",
                    "rm $PIPECTL_OUTPUT; mkdir $PIPECTL_OUTPUT",
                    "rm -f $PIPECTL_OUTPUT; mkfifo $PIPECTL_OUTPUT"):
            with self.subTest(run):
                self.write(f"stages: {{a: {{run: '{run}'}}}}")
                done = self.pipectl("run", "--ui", "plain", code=1)
                self.assertIn("$PIPECTL_OUTPUT", done.stdout)

    def test_a_reader_that_goes_away_does_not_end_the_run(self):
        self.write("""
            name: p
            stages:
              talk: {run: 'seq 1 100000'}
              done: {run: 'touch finished'}
        """)
        process = subprocess.Popen([harness.PIPECTL, "run", "--ui", "plain"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env=harness.clean_environment())
        process.stdout.read(100)
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertTrue((self.folder / "finished").exists())


def can_mount():
    """Root in a container without the capability cannot."""
    return subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode == 0


@unittest.skipUnless(harness.IN_CI or can_mount(), "mounting a small disk needs root and its capabilities")
class FullDiskTest(harness.PipectlTest):
    """The state directory on a disk of a few MiB."""

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)
        self.env = harness.clean_environment(PIPECTL_STATE_DIR=str(self.disk / "state"))

    def check_store(self):
        """After the disk has room again, the store is whole: it lists and takes new runs."""
        for log in self.disk.rglob("*.log"):
            log.unlink()
        shutil.rmtree(self.disk / "ballast", ignore_errors=True)
        (self.disk / "ballast").unlink(missing_ok=True)
        self.pipectl("runs", "--json", env=self.env, code=0)
        self.write("name: small\nstages: {a: {run: 'true'}}\n")
        self.pipectl("run", env=self.env, code=0)

    def test_a_log_that_fills_the_disk(self):
        self.write("""
            name: full
            stages:
              loud: {run: 'yes | head -c 20000000'}
              never: {run: 'touch never'}
        """)
        done = self.pipectl("run", "--ui", "plain", env=self.env, code=3)
        self.assertIn("No space left on device", done.stdout + done.stderr)
        self.assertIn(str(self.disk), done.stderr)
        self.assertFalse((self.folder / "never").exists())
        self.check_store()

    def test_a_disk_that_is_full_from_the_start(self):
        self.write("name: small\nstages: {a: {run: 'true'}}\n")
        self.pipectl("run", env=self.env, code=0)
        with open(self.disk / "ballast", "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(b"x" * 4096)
            except OSError:
                pass
        done = self.pipectl("run", env=self.env, code=3)
        self.assertRegex(done.stderr, "full|[Nn]o space")
        self.check_store()

    def test_a_state_directory_that_cannot_be_made(self):
        blocked = self.folder / "file"
        blocked.write_text("")
        env = harness.clean_environment(PIPECTL_STATE_DIR=str(blocked / "state"))
        self.write("name: small\nstages: {a: {run: 'true'}}\n")
        done = self.pipectl("run", env=env, code=3)
        self.assertIn(str(blocked), done.stderr)


if __name__ == "__main__":
    harness.main()
