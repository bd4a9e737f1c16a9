"""The lock of a deploy to a Docker engine: it lasts as long as what it is for, and who lost it stops."""
import shutil
import signal
import time

from docker_app_case import AppTest
from harness import main


class DockerLockTest(AppTest):
    def looked_at(self):
        """v1 runs; a deploy of v2, which looks at its health until there is a file `fine`, holds its lock."""
        self.deploy("v1")
        fine = self.folder / "fine"
        self.file("v2", health=f"health: [{{command: 'test -e {fine}', within: 20m, interval: 200ms}}]",
                  strategy="{blue-green: {deadline: 60s}}")
        process = self.start()
        self.wait_for(lambda: self.lock_lasts() > 900)
        return process, fine

    def lock_lasts(self):
        """Seconds, as the last renewal says."""
        until = self.folder / "until"
        self.docker("cp", f"pipectl-lock-app-{self.app}:/until", until, check=False)
        return int(until.read_text()) - time.time() if until.exists() else 0

    def test_the_lock_lasts_as_long_as_the_checks(self):
        process, _ = self.looked_at()
        other = self.folder / "other"
        other.mkdir()
        shutil.copy(self.folder / "pipeline.yaml", other)
        done = self.pipectl("run", "--ui", "plain", cwd=other, env=self.env(), code=3)
        self.assertIn("is deploying here; its lock ends at", done.stdout + done.stderr)
        process.send_signal(signal.SIGINT)
        self.assertIn("rolled back to", process.communicate()[0])
        self.assertEqual(("v1", 2), (self.ask(), len(self.containers())))

    def test_who_lost_the_lock_touches_nothing_any_more(self):
        for ends_well in (True, False):
            with self.subTest(ends_well=ends_well):
                process, fine = self.looked_at()
                there = self.containers()
                self.docker("rm", "-f", f"pipectl-lock-app-{self.app}")
                if ends_well:
                    fine.touch()
                else:
                    process.send_signal(signal.SIGINT)
                said, _ = process.communicate()
                self.assertEqual(3 if ends_well else 130, process.returncode, said)
                self.assertIn(f"the lock 'pipectl-lock-app-{self.app}' was lost: its container is gone", said)
                self.assertIn("nothing was undone (what runs is another's)", said)
                self.assertEqual((there, "v1"), (self.containers(), self.record()["running"]["env"]["RELEASE"]))
                fine.unlink(missing_ok=True)
                (self.folder / "until").unlink()


if __name__ == "__main__":
    main()
