#!/usr/bin/env python3
"""Runs every folder here: a pipeline.yaml (and whatever stands beside it) and expect.json:

    args, env       of `pipectl run`
    branch          makes the folder a git repository on this branch, everything committed
    exit            the exit code
    outcomes        stage -> outcome, complete
    reasons         stage -> a part of its reason
    before          [a, b]: a had ended before b started
    together        [a, b]: both had started before either ended
    files           path -> content afterwards; null: must not exist
    output          stage -> its whole stdout
    says, silent    texts that must / must not be anywhere in what was printed, logged or stored

A scenario runs twice: as `--ui json`, from which the above is read, and as `--ui plain`, whose exit code
must be the same."""
import json
import pathlib
import shutil
import sys
import unittest

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "e2e"))
import harness  # noqa: E402

KEYS = {"args", "env", "branch", "exit", "outcomes", "reasons", "before", "together", "files", "output",
        "says", "silent"}


class Scenario(harness.PipectlTest):
    def __init__(self, source):
        super().__init__("check")
        self.source = source

    def id(self):
        return f"scenario {self.source.name}"

    def __str__(self):
        return self.id()

    def place(self, expect):
        shutil.rmtree(self.folder)
        shutil.copytree(self.source, self.folder, ignore=shutil.ignore_patterns("expect.json"))
        if "branch" in expect:
            self.git("init", "-q")
            self.git("checkout", "-q", "-b", expect["branch"])
            self.git("add", "-A")
            self.git("commit", "-q", "-m", "first")

    def run_once(self, expect, ui):
        self.place(expect)
        env = harness.clean_environment(**expect.get("env", {}))
        done = self.pipectl("run", "-j", "4", "--ui", ui, *expect.get("args", []), env=env)
        self.assertEqual(done.returncode, expect["exit"], f"--ui {ui}\n{done.stdout}\n{done.stderr}")
        return done

    def check(self):
        expect = json.loads((self.source / "expect.json").read_text())
        self.assertEqual(set(expect) - KEYS, set(), "unknown keys in expect.json")
        self.check_texts(expect, self.run_once(expect, "plain"))
        done = self.run_once(expect, "json")
        self.check_texts(expect, done)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.check_events(expect, events)
        for path, content in expect.get("files", {}).items():
            file = self.folder / path
            self.assertEqual(file.read_text() if file.exists() else None, content, path)

    def check_events(self, expect, events):
        ended = {e["stage"]: e for e in events if e["event"] == "stage.finished"}
        if "outcomes" in expect:
            self.assertEqual({s: e["outcome"] for s, e in ended.items()}, expect["outcomes"])
        for stage, part in expect.get("reasons", {}).items():
            self.assertIn(part, ended[stage].get("reason", ""))
        at = {(e["event"], e.get("stage")): n for n, e in enumerate(events)}
        for first, second in expect.get("before", []):
            self.assertLess(at["stage.finished", first], at["stage.started", second])
        for one, other in expect.get("together", []):
            self.assertLess(at["stage.started", one], at["stage.finished", other])
            self.assertLess(at["stage.started", other], at["stage.finished", one])
        for stage, text in expect.get("output", {}).items():
            lines = [e["text"] for e in events
                     if e["event"] == "stage.output" and e["stage"] == stage and e["stream"] == "stdout"]
            self.assertEqual("\n".join(line.rstrip("\n") for line in lines), text)

    def check_texts(self, expect, done):
        printed = done.stdout + done.stderr
        for text in expect.get("says", []):
            self.assertIn(text, printed)
        stored = b"".join(p.read_bytes() for p in (self.folder / ".pipectl").rglob("*") if p.is_file())
        for text in expect.get("silent", []):
            self.assertNotIn(text, printed)
            self.assertNotIn(text.encode(), stored)


def load_tests(_loader, _tests, _pattern):
    folders = sorted(p.parent for p in here.glob("*/expect.json"))
    return unittest.TestSuite(Scenario(folder) for folder in folders)


if __name__ == "__main__":
    unittest.main()
