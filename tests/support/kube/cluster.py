"""Everything put together, and what a test does with it."""
import json
import pathlib
import subprocess
import tempfile
import threading
import traceback

from .controllers import Controllers
from .errors import bad_request
from .faults import Faults
from .http_api import Server
from .kinds import BY_KIND
from .kubelet import Kubelet
from .resources import Resources
from .routes import Options
from .store import Store
from .workloads import is_over


class Cluster:
    """A cluster of one node. A context manager; `kubeconfig` is the file to give to kubectl."""

    def __init__(self, runner, token="secret-token-of-the-double"):
        self.store, self.faults, self.token = Store(), Faults(), token
        self.resources = Resources(self.store)
        self.controllers = Controllers(self.store)
        self.runner, self.kubelet = runner, Kubelet(
            self.store, runner, self.controllers, self.problem)
        self.accepts = lambda token: False  # another token than its own
        self.requests = []  # method, path, content type, body
        self.unknown = []   # what was asked and is not covered: a test asserts that it is empty
        self._problems = []
        self._folder = tempfile.TemporaryDirectory(prefix="kube-double-")
        self.certificate, self.key = (f"{self._folder.name}/{name}.pem" for name in ("ca", "key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", "/CN=kubernetes", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", self.key, "-out", self.certificate],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        options = Options({}, "kube-apiserver")
        for name in ("default", "kube-system"):
            self.resources.create(BY_KIND["Namespace"], "", {"metadata": {"name": name}}, options)
        self.server = Server(self)
        self._serving = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        for part in (self._serving, self.controllers, self.kubelet):
            part.start()
        self.kubeconfig = str(self.write_kubeconfig("kubeconfig", self.token))
        return self

    def __exit__(self, *_):
        self.faults.released.set()
        self.server.stopping.set()
        self.kubelet.stop()
        self.controllers.stop()
        self.server.shutdown()
        self.server.server_close()
        self.runner.close()
        self._folder.cleanup()

    @property
    def url(self):
        return f"https://127.0.0.1:{self.server.server_address[1]}"

    def write_kubeconfig(self, name, token, url=None):
        path = pathlib.Path(self._folder.name) / name
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "double",
            "clusters": [{"name": "double", "cluster": {
                "server": url or self.url, "certificate-authority": self.certificate}}],
            "users": [{"name": "tester", "user": {"token": token}}],
            "contexts": [{"name": "double", "context": {"cluster": "double", "user": "tester"}}]}))
        path.chmod(0o600)
        return path

    # -- looking and waiting

    def get(self, kind, name, namespace="default"):
        return self.store.find(BY_KIND[kind], namespace, name)

    def list(self, kind, namespace="default"):
        return self.store.list(BY_KIND[kind], namespace)

    def await_state(self, holds, timeout=60):
        """Until `holds()` is true; it is asked after every change."""
        with self.store.changed:
            if not self.store.changed.wait_for(holds, timeout):
                raise AssertionError(f"it did not come to that within {timeout} s")

    @property
    def problems(self):
        """Bugs of the double itself."""
        return self._problems + self.controllers.problems

    def problem(self, error):
        self._problems.append("".join(traceback.format_exception(error)))

    # -- pods

    def logs(self, pod, container=None):
        worker = self.kubelet.worker(pod)
        known = worker.containers if worker else []
        if len(known) > 1 and not container:
            raise bad_request(f'a container name must be specified for pod {pod["metadata"]["name"]}')
        found = next((c for c in known if container in (None, c.spec["name"])), None)
        if found is not None and found.running is None and found.last_log is not None:
            return found.last_log
        if found is None or found.running is None:
            raise bad_request(f'container "{container or "?"}" in pod "{pod["metadata"]["name"]}" is '
                              "waiting to start: ContainerCreating")
        return found.running.logs()

    def is_over(self, pod):
        found = self.get("Pod", pod["metadata"]["name"], pod["metadata"]["namespace"])
        return found is None or is_over(found)
