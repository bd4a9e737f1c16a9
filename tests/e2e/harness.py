"""What every end-to-end test uses: a folder of its own, the real binary, and a look at processes.

PIPECTL_BIN is the binary under test; PIPECTL_FAULTY the same one with a journal that can die."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import programs  # noqa: E402  puts on the PATH what the machine has no package of

PIPECTL = os.environ.get("PIPECTL_BIN", "pipectl")
FAULTY = os.environ.get("PIPECTL_FAULTY", "")
IN_CI = os.environ.get("CI") == "true"


def clean_environment(**extra):
    """The host's environment without what a CI system or a terminal would add."""
    drop = ("GITHUB_", "GITLAB_", "CI", "JENKINS_", "PIPECTL_", "MAKEFLAGS", "NO_COLOR", "CLICOLOR")
    env = {k: v for k, v in os.environ.items() if not k.startswith(drop)}
    env.update({"LC_ALL": "C.UTF-8", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"})
    env.update(extra)
    return env


def processes_of(run_id):
    """Pids of living processes whose environment names the run."""
    wanted = f"PIPECTL_RUN_ID={run_id}".encode()
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                if state not in "ZX":
                    found.append(int(entry.name))
        except OSError:
            continue
    return found


class PipectlTest(unittest.TestCase):
    """A test with a folder of its own that holds pipeline.yaml."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pipectl-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, text, name="pipeline.yaml"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def pipectl(self, *args, code=None, binary=None, env=None, cwd=None, **options):
        """Runs the binary; with `code`, asserts its exit code and shows what it printed if not."""
        options.setdefault("timeout", 120)
        done = subprocess.run([binary or PIPECTL, *map(str, args)], cwd=cwd or self.folder,
                              env=env or clean_environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              errors="replace", **options)
        if code is not None:
            self.assertEqual(done.returncode, code, f"{args}\n{done.stdout}\n{done.stderr}")
        return done

    def events(self, *args, code=None, **options):
        done = self.pipectl("run", "--ui", "json", *args, code=code, **options)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def outcomes(self, *args, **options):
        """Outcome by stage of a run."""
        return {e["stage"]: e["outcome"] for e in self.events(*args, **options)
                if e["event"] == "stage.finished"}

    def git(self, *args, cwd=None):
        return subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@localhost",
                               "-c", "init.defaultBranch=main", *args], cwd=cwd or self.folder,
                              env=clean_environment(), check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True).stdout.strip()


def main():
    unittest.main(verbosity=1)
