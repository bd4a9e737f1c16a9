"""Runs of many stages that are told to Slack: within its limits, and the end ahead of all else."""
import json
import pathlib
import subprocess
import threading

import notify_case
from harness import FAULTY, PIPECTL, main

STAGES = 300
PIPELINE = """
    name: shop
    secrets:
      HOOK_KEY: {env: HOOK_KEY, optional: true}
      SLACK_WEBHOOK_URL: {env: SLACK_WEBHOOK_URL, optional: true}
    notify:
"""


class StrictSlack:
    """The double that refuses what Slack refuses, as a program."""

    def __init__(self):
        program = pathlib.Path(FAULTY).with_name("slack_server")
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.api, self.webhook = (self.process.stdout.readline().strip() for _ in range(2))

    def end(self):
        """What it took, and what it complained of."""
        told = json.loads(self.process.communicate("", timeout=60)[0])
        return told["messages"], told["errors"]


class ManyStages(notify_case.NotifyTest):
    def pipeline(self, slack, run):
        stages = "".join(f"      s{n}: {{needs: [], run: {run}}}\n" for n in range(STAGES))
        self.write(PIPELINE + f"      slack: {slack}\n    stages:\n{stages}")

    def told(self, keys):
        """Of a run whose stages all fail, with much to say in characters that Slack counts twice."""
        self.assertTrue(FAULTY, "PIPECTL_FAULTY names no binary")
        slack = StrictSlack()
        self.addCleanup(slack.process.kill)
        self.write("\n".join(["\U0001f600<é>&" * 40] * 30), "words")
        self.pipeline(keys.format(api=slack.api), "'cat words; exit 1'")
        self.pipectl("run", "-k", "-j", "8", code=1, env=self.environment(
            HOOK_KEY="xoxb-of-the-test", SLACK_WEBHOOK_URL=slack.webhook))
        messages, errors = slack.end()
        self.assertEqual(errors, [])
        return messages

    def test_a_bot_keeps_within_the_limits(self):
        messages = self.told("{{token: HOOK_KEY, channel: '#deploys', api_url: '{api}', on: [start, failure]}}")
        self.assertGreaterEqual(messages[0]["changed"], 1)
        self.assertIn(f"{STAGES} failed", messages[0]["content"]["text"])
        replies = [m for m in messages if m["thread"]]
        self.assertIn("\U0001f600", json.dumps(replies, ensure_ascii=False), "the last words of a stage")

    def test_a_webhook_keeps_within_the_limits(self):
        message, = self.told("{{webhook: SLACK_WEBHOOK_URL, on: [failure]}}")
        self.assertIn(f"{STAGES} failed", message["content"]["text"])
        self.assertIn(" more", json.dumps(message["content"]["blocks"][-1]))

    def test_the_end_of_a_run_with_many_failures_goes_ahead_of_them(self):
        """Slack takes a message a second: hundreds of replies must not keep the end from being seen."""
        ended = threading.Event()
        self.addCleanup(ended.set)

        def slack(request):
            number = len(service.requests)
            if number == 2:  # all the others are stored meanwhile
                ended.wait(60)
            if number in (2, 3):
                return (429, {"Retry-After": "1"}, "")
            return (200, {}, json.dumps({"ok": True, "channel": "C1", "ts": f"1.{number}"}))

        service = self.service(slack)
        self.pipeline("{token: HOOK_KEY, channel: '#ci', "
                      f"api_url: '{service.url}', on: [start, failure, success]}}", "'false'")
        run = subprocess.Popen([PIPECTL, "run", "-k", "-j", "8", "--ui", "plain"], cwd=self.folder,
                               env=self.environment(HOOK_KEY="xoxb-1", CI="true"), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(run.communicate)
        self.addCleanup(run.kill)
        self.assertTrue(any(line.startswith("FAILED in") for line in run.stdout))
        ended.set()
        service.wait_for(4)
        taken = service.requests[3]
        self.assertEqual(taken["path"], "/chat.update")
        self.assertIn("failed", json.loads(taken["body"])["text"])
        self.assertEqual(json.loads(taken["body"])["ts"], "1.1")


if __name__ == "__main__":
    main()
