"""A double of the Kubernetes API server, its controllers and a node, for the real kubectl.

    with Cluster(ProcessRunner({"app:v1": [...]})) as cluster:
        subprocess.run(["kubectl", "--kubeconfig", cluster.kubeconfig, "apply", "-f", "app.yaml"])

It answers the calls that pipectl makes kubectl send as the real server does. Everything else is
answered with 501 and kept in `cluster.unknown`, so that a test can fail by it.
"""
from .cluster import Cluster
from .runners import DockerRunner, ProcessRunner

__all__ = ["Cluster", "DockerRunner", "ProcessRunner"]
