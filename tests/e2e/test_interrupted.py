"""What GitHub shows of a run that was interrupted: nothing stays `pending`."""
import json
import os
import signal
import subprocess

import harness
from notify_case import NotifyTest

SHA = "0123456789abcdef0123456789abcdef01234567"

PIPELINE = """
    name: shop
    secrets: {GH_TOKEN: {env: GH_TOKEN}}
    environments: {production: {}}
    notify: {github: {token: GH_TOKEN, statuses: stages, deployments: true}}
    stages:
      first: {run: 'true'}
      work:
        parallel:
          slow: {run: 'echo begun > slow.txt; sleep 300'}
          live: {kind: deploy, environment: production, run: 'echo begun > live.txt; sleep 300', undo: 'true'}
      never: {run: 'true'}
"""


class Interrupted(NotifyTest):
    def setUp(self):
        super().setUp()
        self.github = self.service(self.answer)
        self.write(PIPELINE)
        self.env = self.environment(
            GH_TOKEN="t0ken-of-test", GITHUB_API_URL=self.github.url, GITHUB_ACTIONS="true", CI="true",
            GITHUB_EVENT_NAME="push", GITHUB_SHA=SHA, GITHUB_REPOSITORY="team/shop",
            GITHUB_SERVER_URL="https://github.com", GITHUB_RUN_ID="77", GITHUB_REF="refs/heads/main")

    def answer(self, request):
        if request["method"] == "GET":
            return 200, {}, "[]"
        return 201, {}, json.dumps({"id": 7, "url": "x"})

    def statuses(self):
        """The latest of each context: (state, description)."""
        found = {}
        for request in list(self.github.requests):
            if f"/statuses/{SHA}" in request["path"]:
                body = json.loads(request["body"])
                found[body["context"]] = (body["state"], body["description"])
        return found

    def deployment_states(self):
        return [json.loads(r["body"])["state"] for r in list(self.github.requests)
                if r["path"].endswith("/deployments/7/statuses")]

    def begin(self):
        """A run of which both slow stages have begun, and GitHub knows it."""
        run = subprocess.Popen([harness.PIPECTL, "run", "--ui", "plain"], cwd=self.folder, env=self.env,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, start_new_session=True)
        self.addCleanup(lambda: run.poll() is None and run.kill())
        with self.github.came:
            self.github.came.wait_for(
                lambda: {"pipectl/slow", "pipectl/live"} <= self.statuses().keys()
                and self.deployment_states(), timeout=60)
        self.assertEqual("pending", self.statuses()["pipectl/slow"][0])
        return run

    def check_ended(self, words):
        statuses = self.statuses()
        self.assertEqual([], [c for c, (state, _) in statuses.items() if state == "pending"])
        self.assertEqual("success", statuses["pipectl/first"][0])
        for context in ("pipectl/slow", "pipectl/live"):
            with self.subTest(context):
                self.assertIn(statuses[context][0], ("error", "failure"))
                self.assertIn(words, statuses[context][1])
                self.assertNotIn("running", statuses[context][1])
        self.assertIn(self.deployment_states()[-1], ("error", "failure"))

    def test_by_a_person(self):
        run = self.begin()
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=60)
        self.assertEqual(130, run.returncode, out)
        self.check_ended("interrupted")
        state, description = self.statuses()["pipectl"]
        self.assertEqual("error", state)
        self.assertNotIn("to go", description)

    def test_by_a_person_in_a_hurry(self):
        run = self.begin()
        run.send_signal(signal.SIGINT)
        run.send_signal(signal.SIGTERM)
        out, _ = run.communicate(timeout=60)
        self.assertGreater(run.returncode, 128, out)
        self.pipectl("run", "-s", "first", env=self.env)  # what was left to be told is told by the next one
        self.check_ended("interrupted")

    def test_killed_and_told_by_the_next_one(self):
        run = self.begin()
        run.kill()
        run.communicate(timeout=60)
        for pid in harness.processes_of(json.loads(
                self.pipectl("runs", "show", "latest", "--json", code=0).stdout)["run"]):
            os.kill(pid, signal.SIGKILL)
        self.pipectl("run", "-s", "never", code=0, env=self.env)
        statuses = self.statuses()
        for context in ("pipectl/slow", "pipectl/live"):
            self.assertEqual("error", statuses[context][0], statuses)
            self.assertIn("died", statuses[context][1])
        self.assertEqual("error", self.deployment_states()[-1])


if __name__ == "__main__":
    harness.main()
