"""The double of Kubernetes with pods that are real containers."""
import pathlib
import shutil
import tempfile

from harness import main
from kube_harness import DeployTest, Load
from kube_traffic import Traffic
from kube import DockerRunner
import docker_engine

TWO_MINUTES = 120  # in which a failed deploy must be undone
BUSYBOX = shutil.which("busybox", path="/bin:/usr/bin")
ANSWER = """#!/bin/busybox sh
printf 'HTTP/1.0 STATUS \\r\\nContent-Type: application/json\\r\\n\\r\\n{"version":"VERSION"}\\n'
"""
DOCKERFILE = """
FROM scratch
COPY busybox /bin/busybox
COPY VERSION /www
ENTRYPOINT ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
"""
# What each answers; the last one is never ready.
VERSIONS = {"v1": 200, "v2": 200, "sick": 500, "broken": 200}


class Containers(DeployTest):
    def runner(self):
        runner = DockerRunner(docker_engine.engine())
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(BUSYBOX, folder)
            for version, status in VERSIONS.items():
                page = pathlib.Path(folder, version, "cgi-bin/index.cgi")
                page.parent.mkdir(parents=True)
                page.write_text(ANSWER.replace("STATUS", str(status)).replace("VERSION", version))
                page.chmod(0o755)
                if version != "broken":
                    pathlib.Path(folder, version, "ready").write_text("yes\n")
                pathlib.Path(folder, "Dockerfile").write_text(DOCKERFILE.replace("VERSION", version))
                done = runner.call("build", "-q", "-t", f"app:{version}", folder)
                self.assertEqual(0, done.returncode, done.stderr)
        return runner

    def test_rolls_real_containers_without_a_failed_request(self):
        self.roll_out()
        with Load(self.cluster) as load:
            self.roll_out(image="app:v2")
        self.assertEqual([], load.failed)
        self.assertEqual({"v1", "v2"}, set(load.versions))
        pod = self.get("pods")["items"][0]
        self.assertTrue(pod["status"]["containerStatuses"][0]["imageID"].startswith("sha256:"))

    def test_switches_between_real_containers_without_a_failed_request(self):
        self.cluster.store.endpoint_lag = 0.5
        blue_green = "{blue-green: {deadline: 90s}}"
        self.deploy("app:v1", strategy=blue_green)
        with Traffic(self.cluster, "team") as traffic:
            self.deploy("app:v2", strategy=blue_green)
        traffic.note("blue-green of containers")
        self.assertEqual([], traffic.failed)
        self.assertEqual("v2", traffic.answers[-1].version)
        first = min(answer.ended for answer in traffic.of("v2"))
        self.assertLess(max(answer.begun for answer in traffic.of("v1")), first)

    def test_a_bad_image_is_undone_without_a_failed_request(self):
        self.cluster.store.endpoint_lag = 0.5
        self.deploy("app:v1")
        with Traffic(self.cluster, "team") as traffic:
            text = self.deploy("app:broken", code=5, strategy="{rolling: {deadline: 10s}}", timeout=TWO_MINUTES)
        traffic.note("rolling of containers: app:broken")
        self.assertIn("does not get ready", text)
        self.assertIn("rolled back to app:v1", text)
        self.assertEqual(([], {"v1"}), (traffic.failed, {answer.version for answer in traffic.answers}))
        self.assertGreaterEqual(traffic.fewest_ready(), 3)
        self.assertEqual({"app:v1"}, {pod["spec"]["containers"][0]["image"] for pod in self.living_pods()})

    def test_a_canary_that_answers_500_is_taken_back(self):
        self.cluster.store.endpoint_lag = 0.5
        canary = ("{canary: {steps: [34%, 100%], deadline: 90s, analyse: [{http: 'http://app:80/', requests: 60, "
                  "gate: {error_rate: '< 5%'}}]}}")
        self.deploy("app:v1")
        with Traffic(self.cluster, "team") as traffic:
            text = self.deploy("app:sick", code=5, strategy=canary, timeout=TWO_MINUTES)
        traffic.note("canary of containers: app:sick")
        self.assertIn("error_rate", text)
        self.assertIn("rolled back to app:v1", text)
        self.assertEqual({(500, "sick")}, {(a.status, a.version) for a in traffic.failed})
        self.assertEqual({"v1"}, {a.version for a in traffic.answers if a.status == 200})
        self.assertEqual({"app": 3}, self.replicas())
        self.assertEqual("v1", self.version())

    def living_pods(self):
        return [pod for pod in self.cluster.list("Pod", "team") if "deletionTimestamp" not in pod["metadata"]]


if __name__ == "__main__":
    main()
