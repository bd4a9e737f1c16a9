"""Canary deploys to Kubernetes: a growing share, undone at the first breach, resumed after a kill."""
import os
import shutil
import signal
import subprocess

from harness import PIPECTL, main
from kube_harness import DeployTest, Load

CANARY = "{canary: {steps: [10%, 50%, 100%], deadline: 60s}}"


class Canary(DeployTest):
    special_images = {"broken": ["--never-ready"], "sick": ["--fail", "500"]}

    def deploy(self, image, code=0, strategy=CANARY, **options):
        return super().deploy(image, code, strategy=strategy, **options)

    def shares(self):
        """(old, new) pods wanted, each time that one changed."""
        found, seen = [], {}
        for event in self.cluster.store.events:
            if event.kind.kind == "Deployment" and event.after:
                seen[event.after["metadata"]["name"]] = event.after["spec"]["replicas"]
                pair = (seen.get("app", 0), seen.get("app-canary", 0))
                if not found or found[-1] != pair:
                    found.append(pair)
        return found

    def test_its_share_grows_without_a_failed_request(self):
        self.deploy("app:v1", strategy="rolling")
        with Load(self.cluster, "team") as load:
            text = self.deploy("app:v2")
        self.assertEqual([], load.failed)
        self.assertEqual({"v1", "v2"}, set(load.versions))
        shares = self.shares()
        for pair in ((3, 0), (2, 1), (1, 2), (0, 3)):
            self.assertIn(pair, shares)
        self.assertIn("2 of 3 are new", text)
        self.assertEqual(({"app": 3}, "v2"), (self.replicas(), self.version()))
        self.assertEqual("app:v2", self.record()["running"]["image"])

    def test_the_first_of_all(self):
        self.deploy("app:v1")
        self.assertEqual(({"app": 3}, "v1"), (self.replicas(), self.version()))

    def test_an_image_that_never_gets_ready_gets_no_request(self):
        self.deploy("app:v1", strategy="rolling")
        with Load(self.cluster, "team") as load:
            text = self.deploy("app:broken", code=5, strategy="{canary: {deadline: 3s}}")
        self.assertIn("rolled back to app:v1", text)
        self.assertEqual(([], {"v1"}), (load.failed, set(load.versions)))
        self.assertEqual({"app": 3}, self.replicas())

    def test_a_sick_release_is_undone(self):
        self.deploy("app:v1", strategy="rolling")
        self.deploy("app:sick", code=5)
        self.assertEqual(({"app": 3}, "v1"), (self.replicas(), self.version()))


class Killed(DeployTest):
    """kill -9 in the middle: the cluster ends in one of its two healthy states, never between."""

    special_images = {"sick": ["--fail", "500"]}

    def kill_at_half(self, image):
        """Until there are two new pods; then pipectl is no more."""
        self.deploy("app:v1", strategy="rolling")
        self.pipeline(image, strategy="{canary: {steps: [50%, 100%], pause: 5s, deadline: 60s}}")
        child = subprocess.Popen([PIPECTL, "run", "--ui", "plain"], cwd=self.folder, env=self.env,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        self.cluster.await_state(lambda: self.replicas() == {"app": 1, "app-canary": 2})
        os.kill(child.pid, signal.SIGKILL)
        child.wait()

    def test_resumed_it_comes_to_its_end(self):
        self.kill_at_half("app:v2")
        with Load(self.cluster, "team") as load:
            self.pipectl("run", "--resume", code=0, env=self.env)
        self.assertEqual([], load.failed)
        self.assertEqual(({"app": 3}, "v2"), (self.replicas(), self.version()))
        self.assertIsNone(self.cluster.get("Lease", "pipectl-app", "team"))

    def test_resumed_it_is_undone_when_it_is_sick(self):
        self.kill_at_half("app:sick")
        self.pipectl("run", "--resume", code=5, env=self.env)
        self.assertEqual(({"app": 3}, "v1"), (self.replicas(), self.version()))

    def test_another_run_waits_for_the_lock(self):
        self.kill_at_half("app:v2")
        text = self.deploy("app:v3", code=3)
        self.assertIn("is deploying here", text)


class Locked(DeployTest):
    """The lock lasts as long as what it is for; whoever lost it changes nothing more."""

    def lease(self):
        return (self.cluster.get("Lease", "pipectl-app", "team") or {"spec": {}})["spec"]

    def start(self, pause):
        self.deploy("app:v1", strategy="rolling")
        self.pipeline("app:v2", strategy=f"{{canary: {{steps: [50%, 100%], pause: {pause}, deadline: 60s}}}}")
        child = subprocess.Popen([PIPECTL, "run", "--ui", "plain"], cwd=self.folder, env=self.env,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True)
        self.addCleanup(child.kill)
        self.cluster.await_state(lambda: self.replicas() == {"app": 1, "app-canary": 2})
        return child

    def test_a_pause_that_is_longer_than_a_step(self):
        child = self.start("20m")
        self.cluster.await_state(lambda: self.lease().get("leaseDurationSeconds", 0) >= 300)
        other = self.folder / "other"
        shutil.copytree(self.folder / "k8s", other / "k8s")
        shutil.copy(self.folder / "pipeline.yaml", other)
        done = self.pipectl("run", "--ui", "plain", cwd=other, env=self.env, code=3)
        self.assertIn("is deploying here", done.stdout + done.stderr)
        child.send_signal(signal.SIGINT)
        said, _ = child.communicate(timeout=90)
        self.assertIn("rolled back to app:v1", said)
        self.assertEqual(({"app": 3}, "v1"), (self.replicas(), self.version()))

    def test_a_lock_that_another_run_took(self):
        child = self.start("4s")
        self.kubectl("patch", "lease", "pipectl-app", "-n", "team", "--type=merge", "-p",
                     '{"spec": {"holderIdentity": "other/deploy", "leaseDurationSeconds": 1}}')
        said, _ = child.communicate(timeout=90)
        self.assertEqual(3, child.returncode, said)
        self.assertIn("the lock 'pipectl-app' was lost: run other/deploy is deploying here", said)
        self.assertIn("nothing was undone (what runs is another's)", said)
        self.assertEqual({"app": 1, "app-canary": 2}, self.replicas())
        self.assertEqual("other/deploy", self.lease()["holderIdentity"])


if __name__ == "__main__":
    main()
