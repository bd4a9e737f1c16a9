"""Who is to approve hears of it: on Slack and on GitHub, with the command that does it."""
import json
import shlex

import harness
from notify_case import NotifyTest

SHA = "0123456789abcdef0123456789abcdef01234567"

PIPELINE = """
    name: shop
    secrets: {GH_TOKEN: {env: GH_TOKEN}, SLACK: {env: SLACK}}
    environments: {production: {approval: true}}
    notify:
      slack: %s
      github: {token: GH_TOKEN, statuses: stages, comment: true}
    stages:
      build: {run: 'true'}
      'live': {kind: deploy, environment: production, run: 'echo live > live.txt', undo: 'true'}
"""


class ApprovalWanted(NotifyTest):
    def setUp(self):
        super().setUp()
        self.github = self.service(lambda request: self.of_github(request))
        event = self.write(json.dumps({"number": 7, "pull_request": {
            "head": {"ref": "main", "sha": SHA, "repo": {"full_name": "team/shop"}},
            "base": {"ref": "main", "sha": "a" * 40, "repo": {"full_name": "team/shop"}}}}), "event.json")
        self.env = self.environment(
            GH_TOKEN="t0ken-of-test", GITHUB_API_URL=self.github.url, GITHUB_ACTIONS="true", CI="true",
            GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(event), GITHUB_SHA=SHA,
            GITHUB_REPOSITORY="team/shop", GITHUB_SERVER_URL="https://github.com", GITHUB_RUN_ID="77",
            GITHUB_REF="refs/heads/main", PIPECTL_STATE_DIR=str(self.folder / "kept"))
        self.comments = {}

    def of_github(self, request):
        """Keeps comments as GitHub does; everything else it takes."""
        if request["path"].split("?")[0].endswith("/comments"):
            if request["method"] == "GET":
                return 200, {}, json.dumps([{"id": k, "body": v} for k, v in self.comments.items()])
            self.comments[1] = json.loads(request["body"])["body"]
        elif "/issues/comments/" in request["path"]:
            self.comments[1] = json.loads(request["body"])["body"]
        return 201 if request["method"] == "POST" else 200, {}, json.dumps({"id": 1, "url": "x"})

    def status_of(self, context):
        bodies = [json.loads(r["body"]) for r in list(self.github.requests) if "/statuses/" in r["path"]]
        return [(b["state"], b["description"]) for b in bodies if b["context"] == context][-1]

    def wait_for_approval(self, slack, **extra):
        self.write(PIPELINE % slack)
        self.env.update(extra)
        self.pipectl("run", code=4, env=self.env)
        shown = self.pipectl("runs", "show", "latest", "--json", code=0, env=self.env)
        return json.loads(shown.stdout)["run"]

    def approve_with(self, command):
        """Does what the message says, to the letter."""
        words = shlex.split(command)
        self.assertEqual("pipectl", words[0])
        self.pipectl(*words[1:], code=0, env=self.env)

    def check_on_github(self, run):
        state, description = self.status_of("pipectl/live")
        self.assertEqual("pending", state)
        self.assertIn(f"pipectl approve {run} live", description)
        self.assertLessEqual(len(description), 140)
        self.assertEqual("pending", self.status_of("pipectl")[0])
        self.assertIn("waits for an approval", self.comments[1])
        self.assertIn(f"pipectl approve {run} && pipectl run --resume={run}", self.comments[1])

    def go_on(self, run, command):
        self.assertFalse((self.folder / "live.txt").exists())
        self.approve_with(command)
        self.pipectl("run", f"--resume={run}", code=0, env=self.env)
        self.assertTrue((self.folder / "live.txt").exists())
        self.assertEqual("success", self.status_of("pipectl/live")[0])
        self.assertEqual("success", self.status_of("pipectl")[0])
        self.assertNotIn("pipectl approve", self.comments[1])

    def command_in(self, message, run):
        """The one in a code span of the blocks."""
        texts = [b["text"]["text"] for b in message["blocks"] if b["type"] == "section"]
        spans = [t.strip("`") for t in texts if t.startswith("`pipectl approve")]
        self.assertEqual([f"pipectl approve {run} live"], spans)
        return spans[0]

    def test_by_an_incoming_webhook(self):
        slack = self.service()
        run = self.wait_for_approval("{webhook: SLACK, mentions: {who: '@here', on: [approval]}}",
                                     SLACK=f"{slack.url}/services/T0/B0/x")
        (message,) = slack.bodies()
        self.assertIn("live waits for an approval", message["text"])
        self.assertTrue(message["text"].startswith("<!here> "), message["text"])
        self.check_on_github(run)
        self.go_on(run, self.command_in(message, run))

    def test_by_a_bot(self):
        slack = self.service((200, {}, json.dumps({"ok": True, "ts": "1.5", "channel": "C0"})))
        run = self.wait_for_approval(
            f"{{token: SLACK, channel: C0, api_url: '{slack.url}', on: [start, approval]}}",
            SLACK="xoxb-of-test")
        wanted = [b for b in slack.bodies() if "live waits for an approval" in b["text"]]
        self.assertEqual(1, len(wanted), [b["text"] for b in slack.bodies()])
        self.check_on_github(run)
        self.go_on(run, self.command_in(wanted[0], run))


if __name__ == "__main__":
    harness.main()
