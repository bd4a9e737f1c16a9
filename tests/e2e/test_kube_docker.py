"""The double of Kubernetes with pods that are real containers."""
import pathlib
import shutil
import tempfile

from harness import main
from kube_harness import KubeTest, Load
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


class Containers(KubeTest):
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


if __name__ == "__main__":
    main()
