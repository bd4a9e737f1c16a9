"""Processes that leave the session of their stage: who ends them, and when."""
import os
import pathlib
import unittest

import harness


def detached(name):
    """Starts `sleep` in a session of its own, and goes on when its pid is in the file NAME."""
    return (f"mkfifo {name}.up; "
            f"setsid sh -c 'echo $$ > {name}; echo > {name}.up; exec sleep 1000' >/dev/null 2>&1 & "
            f"cat {name}.up")


class LeftoversTest(harness.PipectlTest):
    def tearDown(self):
        """A failed test leaves nobody behind."""
        for name in ("service", "escaped"):
            if self.lives(name):
                os.kill(int((self.folder / name).read_text()), 9)

    def lives(self, name):
        """By its state: one that ended may still wait for its parent."""
        try:
            stat = pathlib.Path("/proc", (self.folder / name).read_text().strip(), "stat")
            return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False

    def assert_ended(self, name):
        self.assertTrue((self.folder / name).exists(), "it never ran")
        self.assertFalse(self.lives(name))

    def warnings(self, events):
        return [e["text"] for e in events if e["event"] == "run.warning"]

    def test_a_service_serves_later_stages_and_ends_with_the_run(self):
        self.write(f"""
            name: p
            stages:
              serve: {{run: "{detached('service')}"}}
              use: {{needs: [serve], run: 'kill -0 $(cat service)'}}
        """)
        events = self.events(code=0)
        self.assert_ended("service")
        pid = (self.folder / "service").read_text().strip()
        self.assertTrue(any(f"({pid})" in text for text in self.warnings(events)), events)

    def test_one_without_the_run_id_stays(self):
        self.write(f"""
            name: p
            stages:
              serve: {{run: "{detached('service').replace('setsid', 'env -u PIPECTL_RUN_ID setsid')}"}}
        """)
        events = self.events(code=0)
        self.assertTrue(self.lives("service"))
        self.assertEqual(self.warnings(events), [])

    def test_a_stage_that_times_out_takes_its_own_along(self):
        """At once: the stage that comes next finds them gone, and the others' untouched."""
        self.write(f"""
            name: p
            stages:
              serve: {{run: "{detached('service')}"}}
              hang:
                needs: [serve]
                timeout: 3s
                allow_failure: true
                run: "{detached('escaped')}; sleep 1000"
              look:
                needs: [hang]
                run: |
                  kill -0 $(cat service)
                  ! grep -qs 'State:.[RSDT]' /proc/$(cat escaped)/status
        """)
        outcomes = self.outcomes()
        self.assertEqual(outcomes["look"], "succeeded", outcomes)
        self.assert_ended("escaped")
        self.assert_ended("service")


if __name__ == "__main__":
    unittest.main()
