"""What GitHub is told, held against GitHub's own description of its API."""
import json
import os
import pathlib
import re
import sys

import notify_case
from harness import main

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import prism  # noqa: E402

SHA = "0123456789abcdef0123456789abcdef01234567"
HEAD = "b" * 40

PIPELINE = """
    name: shop
    secrets: {GH_TOKEN: {env: GH_TOKEN}}
    environments: {production: {url: 'https://run-${{ run.number }}.shop.example.com'}}
    notify:
      github:
        - token: GH_TOKEN
          statuses: stages
          deployments: true
          comment: true
          issues: {branches: ['**'], labels: [ci], assignees: [ada]}
          dispatch:
            - {workflow: e2e.yml, inputs: {suite: full}, on: [success, failure]}
            - {event_type: shop-done, payload: {team: web}, on: [success, failure]}
        - {token: GH_TOKEN, checks: true, context: pipectl-check}
    stages:
      lint:
        kind: lint
        run: 'cat begun; echo "a.py:3:1: E999 SyntaxError: bad" > flake8.txt'
        reports: {flake8: flake8.txt}
        gate: {errors: 0}
        allow_failure: true
      live: {kind: deploy, environment: production, run: 'true', undo: 'true'}
      last: {run: %s}
"""


class GitHubNotify(notify_case.NotifyTest):
    @classmethod
    def setUpClass(cls):
        cls.prism = prism.Prism()
        cls.addClassCleanup(cls.prism.close)

    def setUp(self):
        super().setUp()
        self.instead = {}  # the answers to some calls

    def told(self, event, payload, last, code):
        """Runs the pipeline as a job of GitHub Actions; what was asked, and the answers."""
        answers = []
        begun = self.folder / "begun"
        if not begun.exists():
            os.mkfifo(begun)

        def forward(request):
            answer = self.prism.ask(request)
            call = f"{request['method']} {request['path'].split('?')[0]}"
            answers.append((call, answer))
            if call.startswith("POST") and call.endswith("/check-runs"):
                begun.write_text("")  # the run goes on: a start that its end overtakes is not told
            return self.instead.get(call, answer)

        service = self.service(forward)
        self.write(PIPELINE % last)
        event_file = self.write(json.dumps(payload), "event.json")
        done = self.pipectl("run", code=code, env=self.environment(
            GH_TOKEN="t0ken-of-test", GITHUB_API_URL=service.url, GITHUB_ACTIONS="true", CI="true",
            GITHUB_EVENT_NAME=event, GITHUB_EVENT_PATH=str(event_file), GITHUB_SHA=SHA,
            GITHUB_REPOSITORY="team/shop", GITHUB_SERVER_URL="https://github.com",
            GITHUB_RUN_ID="77", GITHUB_REF="refs/heads/main"))
        for what, (status, _headers, body) in answers:
            self.assertIn(status, (200, 201, 202, 204), f"{what}: {body}")
        self.assertNotIn("warning: github", done.stderr)
        self.requests = service.requests
        return {re.sub(r"/\d+(?=/|$)", "/N", what) for what, _ in answers}

    def test_a_failed_push(self):
        told = self.told("push", {"ref": "refs/heads/main", "before": "a" * 40}, "'exit 1'", 1)
        base = "/repos/team/shop"
        for wanted in (f"POST {base}/statuses/{SHA}", f"POST {base}/check-runs",
                       f"PATCH {base}/check-runs/N", f"POST {base}/deployments",
                       f"POST {base}/deployments/N/statuses", f"GET {base}/issues",
                       f"POST {base}/issues", f"POST {base}/dispatches",
                       f"POST {base}/actions/workflows/e2e.yml/dispatches"):
            self.assertIn(wanted, told)
        bodies = [json.loads(r["body"]) for r in self.requests if r["method"] != "GET" and r["body"]]
        contexts = {b["context"]: b["state"] for b in bodies if "context" in b}
        self.assertEqual(contexts, {"pipectl": "failure", "pipectl/lint": "success",
                                    "pipectl/live": "success", "pipectl/last": "failure"})
        urls = {b["environment_url"] for b in bodies if "environment_url" in b}
        self.assertEqual(urls, {"https://run-1.shop.example.com"})
        annotations = [a for b in bodies for a in b.get("output", {}).get("annotations", [])]
        self.assertEqual([(a["path"], a["start_line"]) for a in annotations], [("a.py", 3)])

    def test_a_recovery_closes_the_issue(self):
        push = {"ref": "refs/heads/main", "before": "a" * 40}
        self.told("push", push, "'exit 1'", 1)
        issue = next(json.loads(r["body"]) for r in self.requests
                     if (r["method"], r["path"]) == ("POST", "/repos/team/shop/issues"))
        issue.update(number=41, state="open")
        self.instead["GET /repos/team/shop/issues"] = (200, {}, json.dumps([issue]))
        told = self.told("push", push, "'true'", 0)
        self.assertIn("POST /repos/team/shop/issues/N/comments", told)
        self.assertIn("PATCH /repos/team/shop/issues/N", told)
        closed = [json.loads(r["body"]) for r in self.requests if r["method"] == "PATCH"
                  and r["path"].endswith("/issues/41")]
        self.assertEqual(closed, [{"state": "closed", "state_reason": "completed"}])

    def test_a_pull_request(self):
        payload = {"number": 7, "pull_request": {
            "head": {"ref": "feature", "sha": HEAD, "repo": {"full_name": "team/shop"}},
            "base": {"ref": "main", "sha": "a" * 40, "repo": {"full_name": "team/shop"}}}}
        told = self.told("pull_request", payload, "'true'", 0)
        base = "/repos/team/shop"
        for wanted in (f"POST {base}/statuses/{HEAD}", f"GET {base}/issues/N/comments",
                       f"POST {base}/issues/N/comments"):
            self.assertIn(wanted, told)
        self.assertNotIn(f"POST {base}/issues", told)
        again = self.told("pull_request", payload, "'true'", 0)
        self.assertIn(f"PATCH {base}/issues/comments/N", again)
        self.assertNotIn(f"POST {base}/issues/N/comments", again)


if __name__ == "__main__":
    main()
