"""What others are told of runs: stored before it is sent, in order, by the next pipectl if need be,
and never at the run's expense."""
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading

import notify_case
from harness import FAULTY, PIPECTL, main

SHA = "0123456789abcdef0123456789abcdef01234567"

PIPELINE = """
    name: shop
    secrets:
      HOOK_KEY: {env: HOOK_KEY, optional: true}
      SLACK_WEBHOOK_URL: {env: SLACK_WEBHOOK_URL, optional: true}
      GH_TOKEN: {env: GH_TOKEN}
    notify:
"""


class NotifyTest(notify_case.NotifyTest):
    def pipeline(self, notify, run="'true'"):
        self.write(PIPELINE + f"      {notify}\n    stages:\n      unit: {{run: {run}}}\n")

    def events_of(self, service):
        return [body["event"] for body in service.bodies()]

    def test_a_webhook_hears_of_the_start_and_the_end_and_can_check_who_tells(self):
        service = self.service()
        self.pipeline(f"webhook: {{url: '{service.url}/hook', secret: HOOK_KEY}}")
        done = self.pipectl("run", code=0, env=self.environment(HOOK_KEY="k3y-of-the-hook"))
        self.assertNotIn("warning", done.stderr)
        self.assertEqual(self.events_of(service), ["start", "success"])
        start, end = service.bodies()
        self.assertEqual(end["run"]["outcome"], "succeeded")
        self.assertEqual(end["stages"][0]["outcome"], "succeeded")
        self.assertNotEqual(start["id"], end["id"])
        for request in service.requests:
            wanted = hmac.new(b"k3y-of-the-hook", request["body"].encode(), hashlib.sha256)
            self.assertEqual(request["headers"]["x-hub-signature-256"],
                             "sha256=" + wanted.hexdigest())
            self.assertEqual(request["path"], "/hook")

    def test_slack_hears_of_a_failure_and_of_the_recovery(self):
        service = self.service()
        self.pipeline("slack: {webhook: SLACK_WEBHOOK_URL, on: [failure, recovery],"
                      " mentions: {who: '@here'}}", run="test -e mended")
        env = self.environment(SLACK_WEBHOOK_URL=f"{service.url}/services/T0/B0/x")
        self.pipectl("run", code=1, env=env)
        (self.folder / "mended").touch()
        self.pipectl("run", code=0, env=env)
        self.pipectl("run", code=0, env=env)
        failed, mended = service.bodies()
        self.assertIn("❌ shop #1 failed", failed["text"])
        self.assertTrue(failed["text"].startswith("<!here> "))
        self.assertIn("unit", str(failed["blocks"]))
        self.assertIn("✅ shop #2 is back to normal", mended["text"])
        self.assertNotIn("<!here>", mended["text"])

    def test_an_optional_secret_that_is_not_there_switches_it_off(self):
        self.pipeline("slack: {webhook: SLACK_WEBHOOK_URL, on: [start, success]}")
        done = self.pipectl("run", code=0, env=self.environment())
        self.assertEqual(done.stderr.count("warning"), 0, done.stderr)

    def test_a_service_that_hangs_holds_up_nothing(self):
        over = threading.Event()

        def hang(_request):
            over.wait(60)
            return (200, {}, "ok")

        service = self.service(hang)
        self.pipeline(f"webhook: {{url: '{service.url}'}}")
        run = subprocess.Popen([PIPECTL, "run", "--ui", "plain"], cwd=self.folder,
                               env=self.environment(), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        for line in run.stdout:
            if "PASSED" in line:
                break
        over.set()  # only now, after the summary, does the service answer
        run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0)
        self.assertEqual(self.events_of(service), ["start", "success"])

    def test_what_is_refused_is_given_up_with_a_warning(self):
        service = self.service((400, {}, "no_such_thing"))
        self.pipeline(f"webhook: {{url: '{service.url}'}}")
        done = self.pipectl("run", code=0, env=self.environment())
        self.assertIn("warning: webhook: gave up: webhook: 400: no_such_thing (2 times)",
                      done.stderr)
        self.assertEqual(len(service.requests), 2)

    def test_a_service_that_is_down_is_told_by_the_next_run_in_order(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        self.pipeline(f"webhook: {{url: 'http://127.0.0.1:{port}/', on: [success]}}")
        done = self.pipectl("run", code=0, env=self.environment())
        self.assertIn("not sent yet, the next pipectl run tries again", done.stderr)
        service = self.service()
        self.pipeline(f"webhook: {{url: '{service.url}', on: [success]}}")
        self.pipectl("run", code=0, env=self.environment())
        self.assertEqual([b["run"]["number"] for b in service.bodies()], [1, 2])

    def test_a_limit_is_waited_out_in_ci_and_left_to_the_next_run_elsewhere(self):
        limited = (429, {"Retry-After": "6"}, "")
        here = self.service(limited, (200, {}, "ok"))
        self.pipeline(f"webhook: {{url: '{here.url}', on: [success]}}")
        done = self.pipectl("run", code=0, env=self.environment())
        self.assertIn("webhook: 1 post is not sent yet, the next pipectl run tries again: "
                      "webhook: 429", done.stderr)
        self.assertEqual(len(here.requests), 1)
        shutil.rmtree(self.folder / ".pipectl")
        in_ci = self.service(limited, (200, {}, "ok"))
        self.pipeline(f"webhook: {{url: '{in_ci.url}', on: [success]}}")
        done = self.pipectl("run", code=0, env=self.environment(CI="true"))
        self.assertNotIn("not sent yet", done.stderr)
        self.assertEqual(self.events_of(in_ci), ["success", "success"])

    def test_nothing_is_locked_while_a_finished_run_still_tells(self):
        over = threading.Event()
        self.addCleanup(over.set)

        def hang(_request):
            over.wait(60)
            return (200, {}, "ok")

        service = self.service(hang)
        self.pipeline(f"webhook: {{url: '{service.url}', on: [success]}}")
        telling = subprocess.Popen([PIPECTL, "run"], cwd=self.folder,
                                   env=self.environment(CI="true"), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(telling.wait)
        service.wait_for(1)
        self.pipeline("{}")  # a run that has nobody to tell
        self.pipectl("run", code=0, env=self.environment())
        self.assertIsNone(telling.poll(), "the first one still waits for the service")
        over.set()
        self.assertEqual(telling.wait(60), 0)

    def killed_at(self, service, request, env=None):
        """Runs pipectl and kills it when the service has got that request."""
        run = subprocess.Popen([PIPECTL, "run"], cwd=self.folder, env=env or self.environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        service.wait_for(request)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()

    def test_killed_between_sent_and_acknowledged(self):
        dead = threading.Event()
        self.addCleanup(dead.set)

        def never(_request):
            dead.wait(60)
            return (200, {}, "ok")

        service = self.service(never, (200, {}, "ok"))
        self.pipeline(f"webhook: {{url: '{service.url}'}}")
        self.killed_at(service, 1)
        dead.set()
        self.pipectl("run", code=0, env=self.environment())
        told = [(b["run"]["number"], b["event"]) for b in service.bodies()]
        self.assertEqual(told[0], (1, "start"))
        self.assertEqual(told[1], (1, "start"), "sent again: nobody had said that it was taken")
        rest = told[2:]
        self.assertEqual(rest, sorted(rest, key=lambda one: one[0]), "run 1 before run 2")
        self.assertEqual(rest[-2:], [(2, "start"), (2, "success")])
        ids = [r["headers"]["x-pipectl-delivery"] for r in service.requests]
        self.assertEqual(ids[0], ids[1], "a receiver can tell the repetition")

    def test_killed_between_stored_and_sent(self):
        service = self.service((503, {"Retry-After": "1"}, ""), (200, {}, "ok"))
        gate = self.folder / "gate"
        os.mkfifo(gate)
        self.pipeline(f"webhook: {{url: '{service.url}'}}", run="cat gate")
        run = subprocess.Popen([PIPECTL, "run"], cwd=self.folder, env=self.environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        service.wait_for(1)  # the start is stored, and was not taken
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        self.pipeline(f"webhook: {{url: '{service.url}'}}")
        self.pipectl("run", code=0, env=self.environment())
        told = [(b["run"]["number"], b["event"]) for b in service.bodies()]
        self.assertEqual(told, [(1, "start"), (1, "start"), (1, "failure"), (2, "start"),
                                (2, "success")])
        self.assertEqual(service.bodies()[2]["run"]["outcome"], "interrupted")

    def test_killed_exactly_between_stored_and_sent(self):
        self.assertTrue(FAULTY, "PIPECTL_FAULTY names no binary")
        service = self.service()
        os.mkfifo(self.folder / "gate")
        self.pipeline(f"webhook: {{url: '{service.url}'}}", run="cat gate")
        done = self.pipectl("run", binary=FAULTY, env=self.environment(FAULT_POST="stored"))
        self.assertEqual((done.returncode, service.requests), (-signal.SIGKILL, []))
        self.pipeline(f"webhook: {{url: '{service.url}'}}")
        self.pipectl("run", code=0, env=self.environment())
        told = [(b["run"]["number"], b["event"]) for b in service.bodies()]
        self.assertEqual(told, [(1, "start"), (1, "failure"), (2, "start"), (2, "success")])

    def test_killed_exactly_between_sent_and_forgotten(self):
        self.assertTrue(FAULTY, "PIPECTL_FAULTY names no binary")
        service = self.service()
        os.mkfifo(self.folder / "gate")
        self.pipeline(f"webhook: {{url: '{service.url}'}}", run="cat gate")
        done = self.pipectl("run", binary=FAULTY, env=self.environment(FAULT_POST="sent"))
        self.assertEqual((done.returncode, self.events_of(service)), (-signal.SIGKILL, ["start"]))
        self.pipeline(f"webhook: {{url: '{service.url}'}}")
        self.pipectl("run", code=0, env=self.environment())
        told = [(b["run"]["number"], b["event"]) for b in service.bodies()]
        self.assertEqual(told, [(1, "start"), (1, "start"), (1, "failure"), (2, "start"),
                                (2, "success")])
        ids = [r["headers"]["x-pipectl-delivery"] for r in service.requests]
        self.assertEqual(len(set(ids)), 4, "a receiver can tell the repetition")

    def of_a_fork(self):
        event = {"number": 7, "pull_request": {
            "head": {"ref": "fix", "sha": SHA, "repo": {"full_name": "eve/shop",
                                                       "owner": {"login": "eve"}}},
            "base": {"ref": "main", "sha": SHA, "repo": {"full_name": "team/shop"}}}}
        return {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REF": "refs/pull/7/merge",
                "GITHUB_EVENT_PATH": str(self.write(json.dumps(event), "event.json"))}

    def test_what_a_fork_has_to_tell_is_never_sent_with_the_token_of_a_later_run(self):
        api, hook = self.service((201, {}, "{}")), self.service()
        os.mkfifo(self.folder / "gate")
        env = self.environment(CI="true", GITHUB_ACTIONS="true", GITHUB_SHA=SHA, GITHUB_API_URL=api.url,
                               GITHUB_REPOSITORY="team/shop")
        notify = f"{{webhook: {{url: '{hook.url}', on: start}}, github: {{token: GH_TOKEN%s}}}}"
        evil = ", dispatch: {workflow: deploy.yml, ref: main, on: [success, failure]}"
        self.write(PIPELINE.rstrip() + f" {notify % evil}\n"
                   "    stages: {unit: {run: 'test -e open || cat gate'}}\n")
        self.killed_at(hook, 1, {**env, **self.of_a_fork()})
        (self.folder / "open").touch()
        done = self.pipectl("run", code=0, env={**env, **self.of_a_fork()})
        self.write(PIPELINE.rstrip() + f" {notify % ''}\n    stages: {{unit: {{run: 'true'}}}}\n")
        self.pipectl("run", code=0, env={**env, "GITHUB_EVENT_NAME": "push", "GH_TOKEN": "t0ken",
                                         "GITHUB_REF": "refs/heads/main"})
        self.assertEqual({r["path"] for r in api.requests}, {f"/repos/team/shop/statuses/{SHA}"})
        self.assertEqual(len({r["body"] for r in api.requests if '"success"' in r["body"]}), 1)
        self.assertEqual(done.stderr.count("not told of this run: github; no secrets are given "
                                           "to a pull request from a fork (eve:fix)"), 1)

    def test_a_merge_that_jenkins_made_is_not_the_commit_that_github_knows(self):
        def git(*words):
            who = "git -c user.name=Ada -c user.email=ada@example.com".split()
            return subprocess.check_output([*who, *words], cwd=self.folder, text=True).strip()

        api = self.service((201, {}, "{}"))
        self.write(PIPELINE.rstrip() + " {github: {token: GH_TOKEN, repository: team/shop}}\n"
                   "    stages: {unit: {run: 'true'}}\n")
        git("init", "-qb", "main")
        git("commit", "-q", "--allow-empty", "-m", "base")
        git("switch", "-qc", "fix")
        git("commit", "-q", "--allow-empty", "-m", "proposed")
        git("switch", "-q", "main")
        git("commit", "-q", "--allow-empty", "-m", "meanwhile")
        git("checkout", "-q", "--detach", "fix")
        git("merge", "-q", "--no-ff", "-m", "merge", "main")
        self.pipectl("run", code=0, env=self.environment(
            CI="true", JENKINS_URL="http://ci.local/", CHANGE_ID="12", CHANGE_BRANCH="fix",
            CHANGE_TARGET="main", BRANCH_NAME="PR-12", GIT_URL="https://github.com/team/shop.git",
            GITHUB_API_URL=api.url, GH_TOKEN="t0ken"))
        self.assertEqual({r["path"] for r in api.requests}, {f"/repos/team/shop/statuses/{git('rev-parse', 'fix')}"})

    def test_what_an_entry_left_behind_that_is_gone_is_said(self):
        down, taken = self.service((503, {"Retry-After": "3600"}, "")), self.service()
        quiet = f"{{url: '{taken.url}', on: [failure]}}"
        self.pipeline(f"webhook: [{quiet}, {{url: '{down.url}', on: [success]}}]")
        self.pipectl("run", code=0, env=self.environment())
        left = "warning: 1 post for 'webhook-2' waits and `notify` has no such entry any more"
        for gone in (f"webhook: [{quiet}]", "{}"):
            self.pipeline(gone)
            self.assertIn(left, self.pipectl("run", code=0, env=self.environment()).stderr)
        self.pipeline(f"webhook: [{quiet}, {{url: '{down.url}', on: [failure]}}]")
        self.assertNotIn("no such entry", self.pipectl("run", env=self.environment()).stderr)

    def outbox(self):
        database = sqlite3.connect(self.folder / ".pipectl" / "outbox.db", isolation_level=None)
        self.addCleanup(database.close)
        return database

    def test_what_waited_for_a_month_is_dropped_and_that_is_said(self):
        down, taken = self.service((503, {"Retry-After": "3600"}, "")), self.service()
        quiet = f"{{url: '{taken.url}', on: [failure]}}"
        for gone in (f"webhook: [{quiet}]", "{}"):
            with self.subTest(gone):
                self.pipeline(f"webhook: [{quiet}, {{url: '{down.url}', on: [success]}}]")
                self.pipectl("run", code=0, env=self.environment())
                outbox = self.outbox()
                outbox.execute("UPDATE post SET stored = stored - 31 * 24 * 3600 * 1000")
                self.pipeline(gone)
                done = self.pipectl("run", code=0, env=self.environment())
                self.assertIn("warning: 1 post older than 30 days was dropped, not sent\n", done.stderr)
                self.assertNotIn("no such entry", done.stderr)
                self.assertEqual(outbox.execute("SELECT count(*) FROM post").fetchone(), (0,))

    def test_an_outbox_that_somebody_holds_locked_delays_no_run(self):
        service = self.service()
        os.mkfifo(self.folder / "begun")
        self.pipeline(f"webhook: {{url: '{service.url}'}}")
        self.pipectl("run", code=0, env=self.environment())
        self.pipeline(f"webhook: {{url: '{service.url}'}}", run="'echo it is >begun'")
        holder = self.outbox()
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        run = subprocess.Popen([PIPECTL, "run"], cwd=self.folder, env=self.environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.kill)
        self.assertEqual((self.folder / "begun").read_text(), "it is\n", "while it is locked")
        holder.close()
        self.assertNotIn("warning", run.communicate(timeout=60)[1])
        self.assertEqual(run.returncode, 0)
        self.assertEqual(self.events_of(service), ["start", "success"] * 2)

    def test_a_run_that_goes_on_is_not_told_as_interrupted(self):
        service = self.service()
        os.mkfifo(self.folder / "gate")
        self.pipeline(f"webhook: {{url: '{service.url}'}}", run="test -e open || cat gate")
        self.killed_at(service, 1)
        (self.folder / "open").touch()
        self.pipectl("run", "--resume", code=0, env=self.environment())
        self.pipectl("run", code=0, env=self.environment())
        told = [(b["run"]["number"], b["event"]) for b in service.bodies()]
        self.assertEqual(told[-4:], [(1, "start"), (1, "success"), (2, "start"), (2, "success")])
        self.assertNotIn((1, "failure"), told)

    def test_no_secret_is_told(self):
        service = self.service()
        self.write(f"""
            name: shop
            secrets: {{TOKEN: {{env: TOKEN}}, HOOK_KEY: {{env: HOOK_KEY}}}}
            notify:
              webhook: {{url: '{service.url}', secret: HOOK_KEY}}
            stages:
              unit: {{run: 'echo "$TOKEN"; exit 3', secrets: [TOKEN]}}
        """)
        secret = 'qu"ote\nsecond-line-äöü\n<tag>&'
        env = self.environment(TOKEN=secret, HOOK_KEY="k3y-of-the-hook")
        done = self.pipectl("run", code=1, env=env)
        text = str([(r["headers"], r["body"]) for r in service.requests]) + done.stderr
        for part in ("second-line", "k3y-of-the-hook"):
            self.assertNotIn(part, text)
        for file in (self.folder / ".pipectl").glob("outbox.db*"):
            for part in (b"second-line", b"k3y-of-the-hook"):
                self.assertNotIn(part, file.read_bytes())


if __name__ == "__main__":
    main()
