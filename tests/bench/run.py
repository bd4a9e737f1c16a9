#!/usr/bin/env python3
"""Measures pipectl beside its floors and peers, in one run, and prints ratios: absolute times differ
between machines, ratios hardly do. Every pair is run in turn (A B A B …) after one warm-up; the figure is
the median of the pairwise ratios.

  tests/bench/run.py --pipectl build/release/pipectl --floors build/release/tests/bench/floors
      [--only NAME] [--rounds 7] [--check] [--markdown]

--check exits 1 when a first target is missed. Peers that are not installed are left out and named."""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("--pipectl", required=True)
parser.add_argument("--floors", required=True)
parser.add_argument("--only", default="")
parser.add_argument("--rounds", type=int, default=7)
parser.add_argument("--check", action="store_true")
parser.add_argument("--markdown", action="store_true")
args = parser.parse_args()

PIPECTL = str(pathlib.Path(args.pipectl).resolve())
FLOORS = str(pathlib.Path(args.floors).resolve())
ROWS, MISSED = [], []


def run(argv, cwd, stdout=subprocess.DEVNULL, env=None):
    """Seconds of one run; any exit code but 0 ends the benchmark."""
    start = time.perf_counter()
    done = subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=stdout,
                          stderr=subprocess.DEVNULL, env=env)
    took = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(f"{argv[0]} ended with {done.returncode} in {cwd}")
    return took


def ratio(subject, floor):
    """Median of subject/floor over the rounds, and both medians in seconds."""
    subject(), floor()
    pairs = [(subject(), floor()) for _ in range(args.rounds)]
    return (statistics.median(a / b for a, b in pairs), statistics.median(a for a, _ in pairs),
            statistics.median(b for _, b in pairs))


def row(name, who, value, target=None, goal=None, unit="x"):
    ROWS.append((name, who, value, target, goal, unit))
    verdict = "" if target is None else ("  ok" if value <= target else "  MISSED")
    if target is not None and value > target:
        MISSED.append(name)
    aim = "" if target is None else f"   target {target}{unit}, goal {goal}{unit}"
    print(f"{name:34} {who:16} {value:8.2f}{unit}{aim}{verdict}", flush=True)


def pipeline(folder, count, chain, run_text="true"):
    lines = ["name: bench", "stages:"]
    for i in range(count):
        lines.append(f"  s{i}:")
        if not chain:
            lines.append("    needs: []")
        lines.append(f"    run: {run_text}")
    (folder / "pipeline.yaml").write_text("\n".join(lines) + "\n")


def fresh_state(folder):
    shutil.rmtree(folder / ".pipectl", ignore_errors=True)


def pipectl_run(folder, jobs):
    def once():
        fresh_state(folder)
        return run([PIPECTL, "run", "-j", str(jobs), "--ui", "plain"], folder)
    return once


def peer_files(folder, count, chain):
    ninja = ["rule t", "  command = true"]
    make, just = [".PHONY: all"], []
    names = [f"s{i}" for i in range(count)]
    for i, name in enumerate(names):
        before = names[i - 1] if chain and i else ""
        ninja.append(f"build {name}: t {before}")
        make += [f".PHONY: {name}", f"{name}: {before}", "\t@true"]
        just.append(f"{name}: {before}\n    @true")
    ninja.append("build all: phony " + " ".join(names))
    ninja.append("default all")
    make.append("all: " + " ".join(names))
    just.insert(0, ("[parallel]\n" if not chain else "") + "all: " + " ".join(names if not chain else names[-1:]))
    (folder / "build.ninja").write_text("\n".join(ninja) + "\n")
    (folder / "Makefile").write_text("\n".join(make) + "\n")
    (folder / "justfile").write_text("\n".join(just) + "\n")


def many(name, chain):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        pipeline(folder, 1000, chain)
        peer_files(folder, 1000, chain)
        jobs = 1 if chain else 2
        floor = lambda: run([FLOORS, "spawn", "1000", str(jobs)], folder)
        value, took, _ = ratio(pipectl_run(folder, 2), floor)
        row(name, "pipectl", value, 1.6, 1.25)
        peers = {"ninja": ["ninja", "-j2", "--quiet"], "make": ["make", "-j2", "-s", "all"],
                 "just": ["just", "--quiet", "all"]}
        for peer, argv in peers.items():
            if not shutil.which(argv[0]):
                print(f"{name:34} {peer:16} not installed")
                continue
            def once():
                for left in (".ninja_log", ".ninja_deps"):
                    (folder / left).unlink(missing_ok=True)
                return run(argv, folder)
            row(name, peer, ratio(once, floor)[0])


def gitlab_local():
    """A hundred jobs, because it takes seconds for them."""
    if not shutil.which("gitlab-ci-local"):
        print(f"{'100 independent no-op stages':34} {'gitlab-ci-local':16} not installed")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        pipeline(folder, 100, False)
        jobs = "".join(f"s{i}:\n  needs: []\n  script: ['true']\n" for i in range(100))
        (folder / ".gitlab-ci.yml").write_text(jobs)
        for argv in (["git", "init", "-q"], ["git", "remote", "add", "origin", "https://localhost/a/b.git"],
                     ["git", "-c", "user.name=b", "-c", "user.email=b@localhost", "commit", "-q",
                      "--allow-empty", "-m", "b"]):
            subprocess.run(argv, cwd=folder, check=True)
        floor = lambda: run([FLOORS, "spawn", "100", "2"], folder)
        row("100 independent no-op stages", "pipectl", ratio(pipectl_run(folder, 2), floor)[0])
        once = lambda: run(["gitlab-ci-local", "--shell-executor-no-image"], folder)
        once()
        row("100 independent no-op stages", "gitlab-ci-local",
            statistics.median(once() / floor() for _ in range(2)))


def version():
    with tempfile.TemporaryDirectory() as temporary:
        def many_times(argv):
            def once():
                start = time.perf_counter()
                for _ in range(50):
                    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True, cwd=temporary)
                return time.perf_counter() - start
            return once
        row("--version", "pipectl", ratio(many_times([PIPECTL, "--version"]),
                                          many_times(["ninja", "--version"]))[0], 4, 2)


def validate():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        pipeline(folder, 10_000, True)
        floor = lambda: run([FLOORS, "yaml", "pipeline.yaml"], folder)
        plan = lambda: run([PIPECTL, "plan"], folder)
        row("validate + plan of 10,000 stages", "pipectl", ratio(plan, floor)[0], 3, 1.5)
        row("memory, 10,000 stages", "pipectl", peak_mib([PIPECTL, "plan"], folder), 128, 64, " MiB")


def peak_mib(argv, cwd, env=None):
    pid = os.fork()
    if pid == 0:
        os.chdir(cwd)
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.execvpe(argv[0], argv, env or os.environ)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"{argv} ended with {status}")
    return usage.ru_maxrss / 1024


def flood():
    size = 1 << 30
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        secrets = {f"SECRET_{i}": f"s3cr3t-value-{i:02}-{'x' * 12}" for i in range(20)}
        lines = ["name: flood", "secrets:"]
        lines += [f"  {name}: {{env: {name}}}" for name in secrets]
        lines += ["stages:", "  flood:", f"    run: {FLOORS} flood {size}",
                  "    secrets: [" + ", ".join(secrets) + "]"]
        (folder / "pipeline.yaml").write_text("\n".join(lines) + "\n")
        env = dict(os.environ, **secrets)

        def subject(*view):
            fresh_state(folder)
            return run([PIPECTL, "run", "--ui", "plain", *view], folder, env=env)

        def floor():
            with open(folder / "copy", "wb") as copy:
                writer = subprocess.Popen([FLOORS, "flood", str(size)], stdout=subprocess.PIPE)
                start = time.perf_counter()
                subprocess.run(["cat"], stdin=writer.stdout, stdout=copy, check=True)
                took = time.perf_counter() - start
                writer.wait()
            return took

        row("1 GiB output, 20 secrets", "pipectl", ratio(lambda: subject("--quiet"), floor)[0], 4, 1.5)
        logs = list((folder / ".pipectl" / "runs").glob("*/logs/*.log"))
        if sum(log.stat().st_size for log in logs) != size:
            sys.exit("the log does not hold all of the output")
        row("1 GiB output, with the plain view", "pipectl", ratio(subject, floor)[0], 4, 1.5)
        fresh_state(folder)
        row("memory, 1 GiB output", "pipectl",
            peak_mib([PIPECTL, "run", "--quiet", "--ui", "plain"], folder, env), 64, 32, " MiB")


BENCHES = {"independent": lambda: many("1,000 independent no-op stages", False),
           "chain": lambda: many("chain of 1,000", True), "gitlab": gitlab_local,
           "version": version, "validate": validate, "flood": flood}

for name, bench in BENCHES.items():
    if not args.only or args.only == name:
        bench()
if args.markdown:
    print("\n| what | program | ratio | first target | goal |\n|---|---|---|---|---|")
    for name, who, value, target, goal, unit in ROWS:
        aims = f"| {target}{unit} | {goal}{unit} |" if target else "| | |"
        print(f"| {name} | {who} | {value:.2f}{unit} {aims}")
if MISSED:
    print("first targets missed: " + ", ".join(MISSED))
sys.exit(1 if args.check and MISSED else 0)
