"""The double of Kubernetes with pods that are real containers."""
import pathlib
import shutil
import tempfile

from harness import main
from kube_harness import DeployTest, Load
from kube_traffic import Traffic
from kube import DockerRunner
import docker_engine

BUSYBOX = shutil.which("busybox", path="/bin:/usr/bin")
DOCKERFILE = r"""
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "mkdir", "-p", "/www"]
RUN ["/bin/busybox", "sh", "-c", "echo '{\"version\":\"VERSION\"}' > /www/index.html; echo > /www/ready"]
ENTRYPOINT ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
"""


class Containers(DeployTest):
    def runner(self):
        runner = DockerRunner(docker_engine.engine())
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(BUSYBOX, folder)
            for version in ("v1", "v2"):
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


if __name__ == "__main__":
    main()
