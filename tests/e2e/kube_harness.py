"""What the tests against the double of Kubernetes share: a cluster, kubectl, manifests, load."""
import http.client
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import textwrap
import threading
import unittest

from harness import PipectlTest, clean_environment, programs

SUPPORT = pathlib.Path(__file__).resolve().parent.parent / "support"
sys.path.insert(0, str(SUPPORT))
from kube import Cluster, ProcessRunner  # noqa: E402

APP = [sys.executable, str(SUPPORT / "kube_app.py")]
KUBECTL = shutil.which("kubectl")

MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {app: app}}
spec:
  replicas: 3
  progressDeadlineSeconds: 60
  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: app
          image: app:v1
          ports: [{name: http, containerPort: 8080}]
          env: [{name: GREETING, value: hello}]
          readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 1}
          lifecycle: {preStop: {sleep: {seconds: 1}}}
---
apiVersion: v1
kind: Service
metadata: {name: app}
spec:
  selector: {app: app}
  ports: [{name: http, port: 80, targetPort: http}]
"""

AUTOSCALER = """
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: app}
spec:
  minReplicas: 2
  maxReplicas: 5
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
"""


def images(**special):
    """app:v1 to app:v4, and others by name with their arguments."""
    found = {f"app:v{n}": [*APP, "--version", f"v{n}"] for n in range(1, 5)}
    return found | {f"app:{name}": [*APP, "--version", name, *more] for name, more in special.items()}


@unittest.skipIf(KUBECTL is None, programs.missing("kubectl"))
class KubeTest(PipectlTest):
    """A test with a cluster of its own. It fails when something was asked that the double lacks."""

    special_images = {}

    def setUp(self):
        super().setUp()
        self.cluster = Cluster(self.runner())
        self.cluster.__enter__()
        self.addCleanup(self.cluster.__exit__)
        self.env = clean_environment(KUBECONFIG=self.cluster.kubeconfig, HOME=str(self.folder))

    def runner(self):
        return ProcessRunner(images(**self.special_images))

    def tearDown(self):
        self.assertEqual([], self.cluster.unknown)
        self.assertEqual([], self.cluster.problems)

    def kubectl(self, *args, code=0, text=None, timeout=90):
        done = subprocess.run([KUBECTL, *args], env=self.env, cwd=self.folder, input=text or "",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout)
        if code is not None:
            self.assertEqual(done.returncode, code, f"{args}\n{done.stdout}\n{done.stderr}")
        return done.stdout if code == 0 else done.stdout + done.stderr

    def get(self, what, *args):
        return json.loads(self.kubectl("get", what, "-o", "json", *args))

    def manifest(self, **changes):
        """The manifest with texts replaced: image="app:v2"."""
        text = MANIFEST
        for old, new in {"app:v1": changes.get("image", "app:v1"),
                         "replicas: 3": f"replicas: {changes.get('replicas', 3)}",
                         "progressDeadlineSeconds: 60":
                             f"progressDeadlineSeconds: {changes.get('deadline', 60)}"}.items():
            text = text.replace(old, new)
        return textwrap.dedent(text)

    def roll_out(self, **changes):
        self.kubectl("apply", "-f", "-", text=self.manifest(**changes))
        self.kubectl("rollout", "status", "deployment/app", "--timeout=60s")

    def ask(self, path="/", service="app:80", namespace="default"):
        """Status and JSON of the service, through the API server's proxy."""
        return Caller(self.cluster, namespace, service).ask(path)


class DeployTest(KubeTest):
    """A pipeline whose one stage deploys the app to the namespace `team`."""

    changes = {}  # of the manifest

    def pipeline(self, image, strategy="{rolling: {deadline: 60s}}", more="", keys="", health=None):
        self.write(self.manifest(**self.changes), "k8s/app.yaml")
        health = health or "{http: 'http://app:80/', within: 5s, interval: 200ms}"
        self.write(f"""
            name: app
            secrets: {{DB_PASSWORD: {{env: TEST_DB_PASSWORD, optional: true}}}}
            stages:
              deploy:
                kind: deploy
                kubernetes: {{manifests: k8s/, namespace: team, image: '{image}'{keys}}}
                strategy: {strategy}
                health: [{health}]
                {more}
        """)

    def deploy(self, image, code=0, args=(), timeout=120, **options):
        """Runs it; what it said on stdout and stderr."""
        self.pipeline(image, **options)
        done = self.pipectl("run", "--ui", "plain", *args, code=code, env=self.env, timeout=timeout)
        return done.stdout + done.stderr

    def version(self):
        status, answer = self.ask(namespace="team")
        return answer["version"] if status == 200 else status

    def record(self):
        return json.loads(self.cluster.get("ConfigMap", "pipectl-app", "team")["data"]["record"])

    def replicas(self):
        """Replicas that each Deployment wants."""
        return {d["metadata"]["name"]: d["spec"]["replicas"]
                for d in self.cluster.list("Deployment", "team")}


class Caller:
    """Asks a service through the API server's proxy."""

    def __init__(self, cluster, namespace="default", service="app:80", headers=None):
        self._where = cluster.server.server_address
        self._base = f"/api/v1/namespaces/{namespace}/services/{service}/proxy"
        self._headers = {"Authorization": f"Bearer {cluster.token}"} | (headers or {})
        self._tls = ssl.create_default_context(cafile=cluster.certificate)

    def connect(self):
        return http.client.HTTPSConnection(*self._where, context=self._tls, timeout=30)

    def ask(self, path="/", connection=None):
        mine = connection or self.connect()
        try:
            mine.request("GET", self._base + path, headers=self._headers)
            answer = mine.getresponse()
            body = answer.read()
            return answer.status, json.loads(body)
        finally:
            if connection is None:
                mine.close()


class Load:
    """Requests without a pause, one after the other, while something happens. `failed` holds what was
    answered with anything but 200."""

    def __init__(self, cluster, namespace="default"):
        self._caller = Caller(cluster, namespace)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.versions, self.failed = [], []

    def _run(self):
        connection = self._caller.connect()
        while not self._stopped.wait(0.005):
            try:
                status, answer = self._caller.ask("/", connection)
            except OSError as error:
                status, answer = 0, {"error": str(error)}
                connection = self._caller.connect()
            if status == 200:
                self.versions.append(answer["version"])
            else:
                self.failed.append((status, answer))
        connection.close()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join(60)
