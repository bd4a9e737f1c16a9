"""Deploys to Render, against a double of its API."""
import json
import os
import pathlib
import signal
import subprocess
import sys

import harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

from render_double import RenderDouble  # noqa: E402


class RenderTest(harness.PipectlTest):
    def setUp(self):
        super().setUp()
        self.render = RenderDouble()
        self.addCleanup(self.render.close)
        self.env = harness.clean_environment(
            RENDER_KEY=RenderDouble.KEY,
            RENDER_HOOK=f"{self.render.root}{RenderDouble.HOOK}?key=hook-key-of-the-double")

    def pipeline(self, commit="c1", keys="", more="", target=None):
        target = target or (f"service: srv-1, api_key: RENDER_KEY, url: '{self.render.root}/v1', "
                            f"commit: '{commit}'{keys}")
        self.write(f"""
            secrets: {{RENDER_KEY: {{env: RENDER_KEY}}, RENDER_HOOK: {{env: RENDER_HOOK}}}}
            environments: {{live: {{}}}}
            stages:
              deploy:
                kind: deploy
                environment: live
                secrets: [RENDER_KEY, RENDER_HOOK]
                render: {{{target}}}
                {more}
        """)

    def deploy(self, *args, code=0, **options):
        self.pipeline(*args, **options)
        done = self.pipectl("run", "--ui", "plain", code=code, env=self.env)
        for secret in (RenderDouble.KEY, "hook-key-of-the-double"):
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def live(self):
        return self.render.live()["commit"]["id"]

    def test_a_release_after_the_other(self):
        self.assertIn("dep-1 (c1) is live", self.deploy("c1"))
        self.deploy("c2")
        self.assertEqual("c2", self.live())
        self.assertEqual([json.loads(body) for method, _, body in self.render.calls if method == "POST"],
                         [{"commitId": "c1"}, {"commitId": "c2"}])

    def test_a_build_that_fails_leaves_what_was_live(self):
        self.deploy("c1")
        self.render.behaviour["bad"] = "build_failed"
        text = self.deploy("bad", code=5)
        self.assertIn("render: deploy dep-2 (bad): build_failed -> rolled back to dep-1 (c1)", text)
        self.assertEqual("c1", self.live())
        self.assertNotIn("/rollback", [path.rpartition("srv-1")[2] for _, path, _ in self.render.calls])

    def test_a_release_that_is_not_healthy_is_rolled_back(self):
        self.deploy("c1")
        text = self.deploy("c2", code=5, more="health: [{command: ['false'], within: 0s}]")
        self.assertIn("rolled back to dep-1 (c1)", text)
        self.assertEqual("c1", self.live())

    def test_one_that_never_gets_live_runs_into_its_deadline(self):
        self.deploy("c1")
        self.render.behaviour["slow"] = "stuck"
        text = self.deploy("slow", code=5, more="strategy: {rolling: {deadline: 1s}}")
        self.assertIn("was not live in time: build_in_progress", text)
        self.assertEqual("c1", self.live())

    def test_beside_another_deploy_nothing_is_begun(self):
        self.deploy("c1")
        self.render.behaviour["slow"] = "stuck"
        self.deploy("slow", code=5, more="strategy: {rolling: {deadline: 1s}}")
        text = self.deploy("c2", code=3)
        self.assertIn("dep-2 (slow) is deploying here: build_in_progress", text)
        self.assertEqual((2, "c1"), (len(self.render.deploys), self.live()))

    def test_the_first_of_all_has_no_way_back(self):
        text = self.deploy("c1", code=6, more="health: [{command: ['false'], within: 0s}]")
        self.assertIn("nothing was live before", text)

    def test_by_hand_back_to_the_one_before(self):
        for commit in ("c1", "c2"):
            self.deploy(commit)
        done = self.pipectl("rollback", "live", "--ui", "plain", code=0, env=self.env)
        self.assertIn("dep-2 (c2) -> dep-1 (c1)", done.stdout + done.stderr)
        self.assertEqual("c1", self.live())

    def test_a_queued_deploy_is_found(self):
        self.render.queued = True
        self.assertIn("dep-1 (c1) is live", self.deploy("c1"))

    def test_limits_and_trouble_are_outlasted_without_deploying_twice(self):
        self.render.faults = [("GET", 500, {}), ("POST", 429, {"Retry-After": "1"}), ("GET", 503, {})]
        self.deploy("c1")
        self.assertEqual(len(self.render.deploys), 1)

    def test_a_post_that_nobody_knows_the_end_of_is_not_repeated(self):
        self.deploy("c1")
        self.render.faults = [("POST", 502, {})]
        text = self.deploy("c2", code=3)
        self.assertIn("a deploy was not begun: status 502: trouble of the double -> nothing was changed", text)
        self.assertIn("https://status.render.com", text)
        self.assertEqual((1, "c1"), (len(self.render.deploys), self.live()))

    def test_a_deploy_that_was_begun_though_the_answer_was_lost_is_taken_up(self):
        self.deploy("c1")
        self.render.faults = [("POST", 502, {}, "done")]
        self.assertIn("it was begun all the same", self.deploy("c2"))
        self.assertEqual((2, "c2"), (len(self.render.deploys), self.live()))

    def test_one_that_keeps_failing(self):
        self.render.faults = [("GET", 503, {})] * 5
        text = self.deploy("c1", code=3)
        self.assertIn("render: the deploys: status 503", text)
        self.assertIn("https://status.render.com", text)

    def test_one_that_hangs(self):
        self.render.hangs = ("GET",)
        text = self.deploy("c1", code=3, more="timeout: 2s")
        self.assertIn("no whole answer within", text)
        self.assertIn("https://status.render.com", text)
        self.render.hangs = ("POST",)
        text = self.deploy("c1", code=3, more="timeout: 5s")
        self.assertIn("nothing was changed", text)
        self.assertEqual([], self.render.deploys)

    def test_what_it_does_not_accept_is_the_steps_failure(self):
        self.render.faults = [("POST", 400, {})]
        text = self.deploy("c1", code=1)
        self.assertIn("status 400: trouble of the double -> nothing was changed", text)

    def test_a_wrong_key_and_a_wrong_service(self):
        self.env["RENDER_KEY"] = "rnd_wrong-key-of-the-test"
        self.assertIn("is not a valid key", self.deploy("c1", code=3))
        self.env["RENDER_KEY"] = RenderDouble.KEY
        text = self.deploy(target=f"service: srv-9, api_key: RENDER_KEY, url: '{self.render.root}/v1'",
                           code=1)
        self.assertIn("not found: service", text)

    def test_resumed_it_waits_for_what_it_had_begun(self):
        self.deploy("c1")
        self.render.behaviour["slow"] = "stuck"
        self.pipeline("slow")
        child = subprocess.Popen([harness.PIPECTL, "run", "--ui", "plain"], cwd=self.folder,
                                 env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True)
        for line in child.stdout:
            if "build_in_progress" in line:
                break
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        self.render.behaviour.clear()
        self.pipectl("run", "--resume", code=0, env=self.env)
        self.assertEqual(("slow", 2), (self.live(), len(self.render.deploys)))

    def test_a_hook_begins_and_the_checks_decide(self):
        text = self.deploy(target="hook: RENDER_HOOK, commit: c7, image: 'docker.io/a/b:1'")
        self.assertIn("dep-1 was begun", text)
        self.assertEqual(("c7", "docker.io/a/b:1"), (self.render.deploys[0]["commit"]["id"],
                                                     self.render.deploys[0]["image"]["ref"]))
        text = self.deploy(target="hook: RENDER_HOOK", code=1,
                           more="health: [{command: ['false'], within: 0s}]")
        self.assertIn("a deploy hook cannot go back", text)

    def test_mistakes_of_the_file(self):
        for target, message in (("service: srv-1", "needs `service` and `api_key`, or a `hook`"),
                                ("hook: RENDER_HOOK, service: srv-1", "or a `hook`"),
                                ("service: srv-1, api_key: OTHER", "is no secret of this stage")):
            with self.subTest(target):
                self.assertIn(message, self.deploy(target=target, code=2))


if __name__ == "__main__":
    harness.main()
