"""Who can see a secret: the stages that name it, and nobody beside them."""
import os
import resource
import subprocess

from harness import PIPECTL, PipectlTest, clean_environment, main


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

    def dumps_core(self, *command):
        """Whether it left one when it was killed like one that has crashed."""
        def may_dump():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        child = subprocess.Popen(command, cwd=self.folder, env=clean_environment(KEY="very-secret-value"),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=may_dump)
        _, status = os.waitpid(child.pid, 0)
        child.returncode = status
        self.assertTrue(os.WIFSIGNALED(status), status)
        return os.WCOREDUMP(status)

    def test_a_crash_leaves_no_secret_in_a_core_dump(self):
        if not self.dumps_core("sh", "-c", "kill -ABRT $$"):
            self.skipTest("nothing leaves a core dump on this machine")
        stages = "stages: {use: {%s run: 'kill -ABRT $PPID; sleep 600'}}\n"
        self.write(stages % "")
        self.assertTrue(self.dumps_core(PIPECTL, "run"))
        self.write("secrets: {KEY: {env: KEY}}\n" + stages % "secrets: [KEY],")
        self.assertFalse(self.dumps_core(PIPECTL, "run"))


if __name__ == "__main__":
    main()
