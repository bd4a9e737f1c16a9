"""Who can see a secret: the stages that name it, and nobody beside them."""
from harness import PipectlTest, clean_environment, main


class SecretReach(PipectlTest):
    def test_the_environment_of_pipectl_itself_shows_none(self):
        self.write("""
            secrets: {TOKEN: {env: SOURCE_OF_TOKEN}}
            stages:
              granted: {secrets: [TOKEN], run: 'echo "${#TOKEN} characters"'}
              other: {run: "tr '\\\\0' '\\\\n' < /proc/$PPID/environ | grep -a OF_T; cat /proc/$PPID/environ | wc -c"}
            """)
        env = clean_environment(SOURCE_OF_TOKEN="very-secret-value", OF_TEST="control")
        done = self.pipectl("run", "--ui", "plain", code=0, env=env)
        self.assertIn("[granted] 17 characters", done.stdout)
        self.assertIn("[other] OF_TEST=control", done.stdout)
        self.assertIn("[other] SOURCE_OF_TOKEN=\n", done.stdout)
        self.assertNotIn("very-secret-value", done.stdout)


if __name__ == "__main__":
    main()
