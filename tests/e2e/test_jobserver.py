"""Nested builds of several stages share the budget of the run: real clients of its jobserver.

Each job of a client writes `+` into one log when it begins and `-` when it ends. The first ones wait until as
many run at once as the budget allows, and then a moment longer for one that would be too many."""
import shutil
import sys
import unittest

import harness

BUDGET = 3
STAGES = ("one", "two")

BUILD_RS = """
    use std::{env, fs, io::Write, thread, time::{Duration, Instant}};

    fn say(log: &str, what: &str) {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(log).unwrap();
        file.write_all(what.as_bytes()).unwrap();
    }

    fn wait_for(log: &str, begun: usize, limit: Duration) -> bool {
        let start = Instant::now();
        while fs::read_to_string(log).unwrap().matches('+').count() < begun {
            if start.elapsed() > limit { return false; }
            thread::sleep(Duration::from_millis(5));
        }
        true
    }

    fn main() {
        let log = env::var("JOB_LOG").unwrap();
        say(&log, "+");
        assert!(wait_for(&log, BUDGET, Duration::from_secs(100)), "the budget was never used up");
        wait_for(&log, BUDGET + 1, Duration::from_millis(300));
        say(&log, "-");
    }
"""

# What a build tool does with a jobserver that is a named pipe, by the GNU make manual: one job is free, each
# further one needs a byte out of the pipe, and the same byte goes back when that job is over.
CLIENT = r"""
import os, re, subprocess, sys, threading

JOB = r'''
import sys, time
log, budget = sys.argv[1], int(sys.argv[2])
def say(what):
    with open(log, "a") as file: file.write(what)
def wait_for(begun, limit):
    end = time.monotonic() + limit
    while open(log).read().count("+") < begun:
        if time.monotonic() > end: return False
        time.sleep(0.005)
    return True
say("+")
if not wait_for(budget, 100): sys.exit("the budget was never used up")
wait_for(budget + 1, 0.3)
say("-")
'''
path = re.search(r"--jobserver-auth=fifo:(\S+)", os.environ["MAKEFLAGS"])[1]
pipe = os.open(path, os.O_RDWR)
jobs = [1, 2, 3, 4]

def take():
    with lock: return jobs and jobs.pop()

def own_slot():
    while take(): run()

def further_slots():
    while jobs:
        token = os.read(pipe, 1)
        if take(): run()
        os.write(pipe, token)

def run():
    codes.append(subprocess.run([sys.executable, "-c", JOB, *sys.argv[1:3]]).returncode)

lock, codes = threading.Lock(), []
threads = [threading.Thread(target=work) for work in (own_slot, further_slots)]
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.exit(any(codes))
"""


def most_at_once(log):
    running = most = 0
    for sign in log:
        running += 1 if sign == "+" else -1
        most = max(most, running)
    return most


class JobserverTest(harness.PipectlTest):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "jobs.log"

    def build(self, run, *options):
        """Both stages at once, and what the log says of their jobs."""
        stages = "".join(f"      {name}: {{needs: [], run: '{run}', env: {{STAGE: {name}}}}}\n" for name in STAGES)
        (self.folder / "pipeline.yaml").write_text(f"name: builds\nstages:\n{stages}")
        env = harness.clean_environment(JOB_LOG=str(self.log))
        self.pipectl("run", "-j", BUDGET, "--ui", "plain", *options, code=0, env=env, timeout=300)
        return self.log.read_text()

    def test_a_client_of_the_named_pipe(self):
        self.write(CLIENT, "client.py")
        log = self.build(f'"{sys.executable}" client.py "$JOB_LOG" {BUDGET}', "--jobserver", "fifo")
        self.assertEqual(log.count("+"), 8)
        self.assertEqual(log.count("-"), 8)
        self.assertEqual(most_at_once(log), BUDGET)


@unittest.skipUnless(shutil.which("cargo"), "cargo is not installed; with its compiler it is too large to install for this")
class CargoTest(JobserverTest):
    def setUp(self):
        super().setUp()
        for stage in STAGES:
            members = [f"{stage}{number}" for number in range(2)]
            self.write(f"[workspace]\nresolver = '2'\nmembers = {members}\n", f"{stage}/Cargo.toml")
            for name in members:
                self.write(f"[package]\nname = '{name}'\nversion = '0.1.0'\nedition = '2021'\nbuild = 'build.rs'\n",
                           f"{stage}/{name}/Cargo.toml")
                self.write("", f"{stage}/{name}/src/lib.rs")
                self.write(BUILD_RS.replace("BUDGET", str(BUDGET)), f"{stage}/{name}/build.rs")

    def test_a_client_of_the_named_pipe(self):
        self.check("fifo")

    def test_a_client_of_inherited_descriptors(self):
        self.check("pipe")

    def check(self, style):
        log = self.build('cargo build --offline --quiet --manifest-path "$STAGE/Cargo.toml"', "--jobserver", style)
        self.assertEqual(log.count("+"), 4)
        self.assertEqual(log.count("-"), 4)
        self.assertEqual(most_at_once(log), BUDGET)


if __name__ == "__main__":
    harness.main()
