"""`pipectl deploy` and `pipectl rollback`: one environment, by hand, from any machine."""
import json
import os
import shutil
import signal
import subprocess

from harness import PIPECTL, main
from kube_harness import AUTOSCALER, DeployTest


class Rollback(DeployTest):
    special_images = {"sick": ["--fail", "500"]}
    autoscaler = ""

    def manifest(self, **changes):
        return super().manifest(**changes) + self.autoscaler

    def pipeline(self, image, **options):
        more = "environment: staging\n                " + options.pop("more", "")
        super().pipeline(image, more=more, keys=", deployment: app", **options)
        path = self.folder / "pipeline.yaml"
        path.write_text("environments: {staging: {}}\n" + path.read_text())

    def by_hand(self, *args, code=0):
        done = self.pipectl(*args, code=code, env=self.env)
        return done.stdout + done.stderr

    def test_back_to_the_release_before_or_to_that_of_a_run(self):
        for image in ("app:v1", "app:v2", "app:v3"):
            self.pipeline(image)
            self.by_hand("deploy", "staging")
        first = self.record()["history"][-1]["run"].partition("/")[0]
        # Neither the history of the machine nor the manifests are needed.
        shutil.rmtree(self.folder / ".pipectl")
        shutil.rmtree(self.folder / "k8s")
        self.assertIn("app:v3 -> app:v2", self.by_hand("rollback", "staging"))
        self.assertEqual("v2", self.version())
        left = self.record()["history"][0]["run"].partition("/")[0]
        self.assertIn("app:v2 -> app:v1", self.by_hand("rollback", "staging", "--to", first))
        self.assertEqual("v1", self.version())
        # What a rollback left is not what the next one leads to, but it can be named.
        self.assertIn("app:v1 -> app:v2", self.by_hand("rollback", "staging"))
        self.assertIn(left, self.by_hand("rollback", "staging", code=6))
        self.assertIn("app:v2 -> app:v3", self.by_hand("rollback", "staging", "--to", left))
        self.assertEqual("v3", self.version())

    def test_back_from_a_blue_green_switch(self):
        for image in ("app:v1", "app:v2"):
            self.deploy(image, strategy="{blue-green: {deadline: 60s}}")
        self.by_hand("rollback", "staging")
        self.assertEqual(({"app-blue": 3, "app-green": 0}, "v1"), (self.replicas(), self.version()))

    def test_an_autoscaled_set_comes_back_with_the_number_of_now(self):
        self.autoscaler = AUTOSCALER
        self.deploy("app:v1")
        self.deploy("app:v2", strategy="{blue-green: {deadline: 60s}}")
        self.kubectl("scale", "-n", "team", "deployment/app-green", "--replicas=4")  # the autoscaler
        self.kubectl("rollout", "status", "-n", "team", "deployment/app-green", "--timeout=60s")
        self.by_hand("rollback", "staging")
        self.assertEqual(({"app": 4, "app-green": 0}, "v1"), (self.replicas(), self.version()))

    def test_a_secret_that_is_not_here_is_not_asked_for(self):
        self.env["TEST_DB_PASSWORD"] = "only-where-it-deploys"
        for image in ("app:v1", "app:v2"):
            self.pipeline(image, more="secrets: [DB_PASSWORD]")
            path = self.folder / "pipeline.yaml"
            path.write_text(path.read_text().replace(", optional: true", ""))
            self.by_hand("deploy", "staging")
        del self.env["TEST_DB_PASSWORD"]
        self.assertIn("secret DB_PASSWORD is not there", self.by_hand("deploy", "staging", code=1))
        said = self.by_hand("rollback", "staging")
        self.assertIn("secret DB_PASSWORD is not there (env TEST_DB_PASSWORD); it is not sent anywhere here", said)
        self.assertEqual("v1", self.version())

    def test_back_from_a_canary_whose_pipectl_was_killed(self):
        self.deploy("app:v1")
        self.pipeline("app:v2", strategy="{canary: {steps: [50%, 100%], pause: 60s, deadline: 60s}}")
        child = subprocess.Popen([PIPECTL, "run", "--ui", "plain"], cwd=self.folder, env=self.env,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        self.cluster.await_state(lambda: self.replicas() == {"app": 1, "app-canary": 2})
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        self.by_hand("rollback", "staging")
        self.assertEqual(({"app": 3}, "v1"), (self.replicas(), self.version()))

    def forget_objects(self):
        """As of releases that were too large to be recorded."""
        record = self.record()
        for release in record["history"]:
            release["objects"] = ""
        self.patch(record)

    def patch(self, record):
        self.kubectl("patch", "configmap", "pipectl-app", "-n", "team", "--type=merge", "-p",
                     json.dumps({"data": {"record": json.dumps(record)}}))

    def by_kubectl(self, image):
        self.kubectl("apply", "-n", "team", "-f", "-", text=self.manifest(image=image))
        self.kubectl("rollout", "status", "-n", "team", "deployment/app", "--timeout=60s")

    def test_where_nothing_is_recorded_kubernetes_knows_the_revision_before(self):
        self.kubectl("create", "-f", "-", text=json.dumps(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}}))
        for image in ("app:v1", "app:v2"):
            self.by_kubectl(image)
        self.pipeline("app:v3")
        said = self.by_hand("rollback", "staging")
        self.assertIn("going back a revision instead", said)
        self.assertIn("app:v2 -> app:v1", said)
        self.assertEqual("v1", self.version())
        # The revision before that is what was just left.
        self.assertIn("no earlier release", self.by_hand("rollback", "staging", code=6))
        self.assertEqual("v1", self.version())

    def test_back_from_what_somebody_else_deployed(self):
        for image in ("app:v1", "app:v2"):
            self.deploy(image)
        self.by_kubectl("app:v3")
        self.assertIn("app:v3 -> app:v2", self.by_hand("rollback", "staging"))
        self.assertEqual("v2", self.version())

    def test_a_release_that_was_too_large_to_be_recorded_is_a_revision_still(self):
        for image in ("app:v1", "app:v2", "app:v3"):
            self.deploy(image)
        first = self.record()["history"][-1]["run"].partition("/")[0]
        self.forget_objects()
        said = self.by_hand("rollback", "staging", "--to", first)
        self.assertIn("too large to be recorded; going back a revision instead", said)
        self.assertEqual("v1", self.version())

    def test_what_failed_is_not_the_way_back_from_a_record_that_does_not_get_ready(self):
        self.deploy("app:v1")
        record = self.record()
        record["running"]["objects"] = record["running"]["objects"].replace("app:v1", "app:nowhere")
        self.patch(record)
        said = self.deploy("app:sick", code=6, more="undo_timeout: 3s")
        self.assertIn("the revision of app:v1 is the present one", said)
        spec = self.cluster.get("Deployment", "app", "team")["spec"]["template"]["spec"]
        self.assertEqual("app:nowhere", spec["containers"][0]["image"])

    def test_what_cannot_be(self):
        self.deploy("app:v1")
        self.assertIn("there is no environment 'stagin'", self.by_hand("rollback", "stagin", code=2))
        self.assertIn("no earlier release", self.by_hand("rollback", "staging", code=6))
        self.assertIn("no release of run", self.by_hand("rollback", "staging", "--to", "x", code=6))


if __name__ == "__main__":
    main()
