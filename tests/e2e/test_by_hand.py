"""`pipectl deploy` and `pipectl rollback` do what they are asked for, or say why not."""
import subprocess

from harness import PipectlTest, main

PIPELINE = """
    params: {ship: {choices: ['no', 'yes'], default: 'no'}}
    environments: {staging: {branches: [main]}, live: {}}
    stages:
      app:
        kind: deploy
        environment: staging
        when: event == 'push' || params.ship == 'yes'
        run: echo "deploy ${COLOUR:-}" >> done
        undo: echo "back ${COLOUR:-}" >> done
      docs:
        kind: deploy
        run: echo docs >> done
        undo: echo docs back >> done
"""


class ByHand(PipectlTest):
    def by_hand(self, *args, code=0):
        done = self.pipectl(*args, "--ui", "plain", code=code)
        return done.stdout + done.stderr

    def done(self):
        path = self.folder / "done"
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def test_a_rollback_that_no_stage_would_do_is_a_failure(self):
        self.write(PIPELINE)
        said = self.by_hand("rollback", "staging", code=6)
        self.assertIn("nothing went back", said)
        self.assertIn("app: `event == 'push' || params.ship == 'yes'` is false", said)
        self.assertIn("`-p`", said)
        self.assertNotIn("PASSED", said)
        self.assertIn("nothing was deployed", self.by_hand("deploy", "staging", code=1))
        self.assertEqual([], self.done())
        # It is no success in the history either, and goes on being none.
        self.assertIn("nothing was deployed", self.by_hand("run", "--resume", code=1))

    def test_the_options_say_what_conditions_ask_for(self):
        self.write(PIPELINE)
        for more in (("-p", "ship=yes"), ("--event", "push")):
            self.by_hand("deploy", "staging", *more, "--branch", "main", "-e", "COLOUR=red")
            self.by_hand("rollback", "staging", *more, "-e", "COLOUR=blue")
        self.assertEqual(["deploy red", "back blue"] * 2, self.done())

    def test_the_branches_of_an_environment_are_for_deploys(self):
        self.write(PIPELINE)
        said = self.by_hand("deploy", "staging", "-p", "ship=yes", "--branch", "fix", code=1)
        self.assertIn("environment staging takes branch main", said)
        self.by_hand("rollback", "staging", "-p", "ship=yes", "--branch", "fix")
        self.by_hand("rollback", "staging", "-p", "ship=yes")  # there is no repository
        self.assertEqual(["back ", "back "], self.done())

    def test_stages_of_no_environment_are_meant_where_none_names_it(self):
        self.write(PIPELINE)
        said = self.by_hand("deploy", "staging", "-p", "ship=yes", "--branch", "main")
        self.assertIn("docs names no environment and is left out", said)
        self.by_hand("rollback", "live")
        self.assertEqual(["deploy ", "docs back"], self.done())

    def test_unchanged_inputs_are_no_reason_to_do_nothing(self):
        self.write("x", "input")
        self.write("""
            environments: {live: {}}
            stages:
              app: {kind: deploy, inputs: [input], run: echo deploy >> done, undo: echo back >> done}
        """)
        for command in ("deploy", "rollback", "rollback", "deploy"):
            self.by_hand(command, "live")
        self.assertEqual(["deploy", "back", "back", "deploy"], self.done())

    def test_neither_are_files_that_did_not_change(self):
        subprocess.run(["git", "init", "-q", "-b", "main"], cwd=self.folder, check=True)
        self.write("""
            environments: {live: {}}
            stages:
              app: {kind: deploy, changed: ['src/**'], run: echo deploy >> done, undo: echo back >> done}
        """)
        for message in ("one", "two"):
            self.write(message, "other")
            subprocess.run(["git", "add", "."], cwd=self.folder, check=True)
            subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", message],
                           cwd=self.folder, check=True)
        self.assertIn("no changed file matches src/**", self.by_hand("deploy", "live", code=1))
        self.by_hand("rollback", "live")
        self.assertEqual(["back"], self.done())

    def test_a_rollback_is_done_once_however_often_the_stage_is_tried(self):
        self.write("""
            environments: {live: {}}
            stages:
              app:
                kind: deploy
                retry: {max: 1, backoff: 1ms}
                run: echo deploy >> done
                undo: echo back >> done
                health: [{command: test -e healthy, within: 0s}]
        """)
        self.assertIn("exit code 1, want 0", self.by_hand("rollback", "live", code=1))
        self.assertEqual(["back"], self.done(), "a second try deploys")
        # What is resumed looks at the health of what came back.
        self.by_hand("run", "--resume", code=1)
        self.write("", "healthy")
        self.by_hand("run", "--resume")
        self.assertEqual(["back"], self.done())

    def test_an_event_that_leaves_every_deploy_out_is_told(self):
        self.write("""
            environments: {live: {}}
            on: {push: {}, manual: {stages: [build]}}
            stages:
              build: {run: echo built >> done}
              app: {kind: deploy, run: echo deploy >> done, undo: echo back >> done}
        """)
        said = self.by_hand("rollback", "live", code=6)
        self.assertIn("nothing went back: app: ", said)
        self.by_hand("rollback", "live", "--event", "push")
        self.assertEqual(["back"], self.done())


if __name__ == "__main__":
    main()
