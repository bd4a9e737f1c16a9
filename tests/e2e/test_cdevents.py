"""CDEvents of real runs, held against the rules of their schemas."""
import copy
import pathlib
import signal
import subprocess
import sys

import notify_case
from harness import PIPECTL, main

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import cdevents_rules as rules  # noqa: E402

PIPELINE = """
    name: 'shop & söhne'
    notify: {cdevents: {url: '%s/events'}}
    environments: {production: {}}
    stages:
      unit: {run: %s}
      never: {run: 'true', needs: [], when: 'false'}
      live: {kind: deploy, environment: production, run: %s, undo: 'true'}
"""


class CdEvents(notify_case.NotifyTest):
    def setUp(self):
        super().setUp()
        self.sink = self.service()
        for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "feat: it"]):
            self.git(*command)

    def told(self, unit="'true'", deploy="'true'", code=0):
        self.write(PIPELINE % (self.sink.url, unit, deploy))
        self.pipectl("run", code=code, env=self.environment())
        return self.checked()

    def checked(self):
        """What was told, `TYPE=OUTCOME` each; all of it allowed."""
        said, events = [], self.sink.bodies()
        for request, event in zip(self.sink.requests, events):
            self.assertEqual(rules.problems(event), [])
            self.assertEqual(request["headers"]["ce-id"], event["context"]["id"])
            kind = event["context"]["type"].removeprefix("dev.cdevents.").removesuffix(".0.3.0")
            outcome = event["subject"]["content"].get("outcome")
            said.append(f"{kind}={outcome}" if outcome else kind)
        self.assertEqual(len({event["context"]["chainId"] for event in events}), 1)
        return said

    def test_a_deploy(self):
        self.assertEqual(self.told(), [
            "pipelinerun.started", "taskrun.started", "taskrun.finished=success", "taskrun.started",
            "taskrun.finished=success", "service.deployed", "pipelinerun.finished=success"])

    def test_a_deploy_that_is_undone(self):
        self.assertEqual(self.told(deploy="exit 3", code=5)[-3:], [
            "taskrun.finished=failure", "service.rolledback", "pipelinerun.finished=failure"])

    def test_a_failure(self):
        self.assertEqual(self.told(unit="exit 1", code=1), [
            "pipelinerun.started", "taskrun.started", "taskrun.finished=failure", "pipelinerun.finished=failure"])

    def test_a_run_that_is_cancelled(self):
        self.write(PIPELINE % (self.sink.url, "'echo started; sleep 600'", "'true'"))
        run = subprocess.Popen([PIPECTL, "run", "--ui", "plain"], cwd=self.folder, env=self.environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(run.stdout.close)
        while "started" not in run.stdout.readline():
            self.assertIsNone(run.poll())
        self.sink.wait_for(2)
        run.send_signal(signal.SIGINT)
        run.stdout.read()
        self.assertEqual(run.wait(), 130)
        self.assertEqual(self.checked(), ["pipelinerun.started", "taskrun.started", "taskrun.finished=cancel",
                                          "pipelinerun.finished=cancel"])

    def test_the_rules_find_what_is_wrong(self):
        self.told()
        start, deployed = self.sink.bodies()[0], self.sink.bodies()[5]
        for event, path, value in ((start, ("subject", "content", "uri"), "no uri"),
                                   (start, ("context", "timestamp"), "yesterday"),
                                   (start, ("context", "source"), "/a b"),
                                   (start, ("subject", "id"), ""),
                                   (start, ("subject", "content", "url"), "https://example.com/"),
                                   (deployed, ("subject", "content", "environment"), {"name": "production"})):
            wrong = place = copy.deepcopy(event)
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            self.assertTrue(rules.problems(wrong), path)


if __name__ == "__main__":
    main()
