"""The kinds that are served, and the discovery documents that tell kubectl about them."""
from dataclasses import dataclass

VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


@dataclass(frozen=True)
class Kind:
    group: str
    version: str
    plural: str
    kind: str
    short: tuple = ()
    subresources: tuple = ()
    namespaced: bool = True
    categories: tuple = ()

    @property
    def api_version(self):
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self):
        """`deployments.apps`, as in messages."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def counts_generations(self):
        return self.kind in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Ingress", "PodDisruptionBudget")


KINDS = [
    Kind("", "v1", "namespaces", "Namespace", ("ns",), ("status",), False),
    Kind("", "v1", "pods", "Pod", ("po",), ("log", "status"), categories=("all",)),
    Kind("", "v1", "services", "Service", ("svc",), ("status", "proxy"), categories=("all",)),
    Kind("", "v1", "endpoints", "Endpoints", ("ep",)),
    Kind("", "v1", "configmaps", "ConfigMap", ("cm",)),
    Kind("", "v1", "secrets", "Secret"),
    Kind("", "v1", "serviceaccounts", "ServiceAccount", ("sa",)),
    Kind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", ("pvc",), ("status",)),
    Kind("apps", "v1", "deployments", "Deployment", ("deploy",), ("scale", "status"),
         categories=("all",)),
    Kind("apps", "v1", "replicasets", "ReplicaSet", ("rs",), ("scale", "status"),
         categories=("all",)),
    Kind("apps", "v1", "statefulsets", "StatefulSet", ("sts",), ("scale", "status"), categories=("all",)),
    Kind("apps", "v1", "daemonsets", "DaemonSet", ("ds",), ("status",), categories=("all",)),
    Kind("batch", "v1", "jobs", "Job", (), ("status",), categories=("all",)),
    Kind("coordination.k8s.io", "v1", "leases", "Lease"),
    Kind("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", ("hpa",),
         ("status",), categories=("all",)),
    Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
    Kind("networking.k8s.io", "v1", "ingresses", "Ingress", ("ing",), ("status",)),
    Kind("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", ("pdb",), ("status",)),
]
BY_KIND = {kind.kind: kind for kind in KINDS}
BY_PATH = {(kind.group, kind.version, kind.plural): kind for kind in KINDS}
GROUPS = sorted({(kind.group, kind.version) for kind in KINDS})

SUBRESOURCES = {  # verbs, group and version and kind of what they speak
    "status": (["get", "patch", "update"], None),
    "scale": (["get", "patch", "update"], ("autoscaling", "v1", "Scale")),
    "log": (["get"], None),
    "proxy": (["create", "delete", "get", "patch", "update"], ("", "v1", "ServiceProxyOptions")),
}

# A Document of gnostic's OpenAPI v2 that describes nothing: kubectl falls back to its own types.
OPENAPI_V2 = b"\x0a\x032.0" + b"\x12\x15" + b"\x0a\x0aKubernetes" + b"\x12\x07v1.32.0"


def aggregated(core):
    """APIGroupDiscoveryList of /api (core) or /apis."""
    items = []
    for group, version in GROUPS:
        if (group == "") != core:
            continue
        resources = [_described(k) for k in KINDS if (k.group, k.version) == (group, version)]
        items.append({"metadata": {"name": group} if group else {}, "versions": [
            {"version": version, "freshness": "Current", "resources": resources}]})
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2",
            "metadata": {}, "items": items}


def _described(kind):
    of = {"group": kind.group, "version": kind.version, "kind": kind.kind}
    found = {"resource": kind.plural, "responseKind": of, "singularResource": kind.kind.lower(),
             "scope": "Namespaced" if kind.namespaced else "Cluster", "verbs": VERBS}
    if kind.short:
        found["shortNames"] = list(kind.short)
    if kind.categories:
        found["categories"] = list(kind.categories)
    if kind.subresources:
        found["subresources"] = [_described_sub(name, of) for name in kind.subresources]
    return found


def _described_sub(name, of):
    verbs, speaks = SUBRESOURCES[name]
    if speaks:
        of = dict(zip(("group", "version", "kind"), speaks))
    return {"subresource": name, "responseKind": of, "verbs": verbs}


def openapi_index():
    """/openapi/v3: where the document of each group stands."""
    paths = {}
    for group, version in GROUPS:
        path = f"apis/{group}/{version}" if group else f"api/{version}"
        paths[path] = {"serverRelativeURL": f"/openapi/v3/{path}?hash=1"}
    return {"paths": paths}


def openapi(group, version):
    """What kubectl looks up: whether a patch understands dryRun and fieldValidation."""
    paths = {}
    for kind in KINDS:
        if (kind.group, kind.version) != (group, version):
            continue
        base = f"/apis/{group}/{version}" if group else f"/api/{version}"
        scope = "/namespaces/{namespace}" if kind.namespaced else ""
        query = [{"name": name, "in": "query", "schema": {"type": "string"}}
                 for name in ("dryRun", "fieldManager", "fieldValidation")]
        paths[f"{base}{scope}/{kind.plural}/{{name}}"] = {"patch": {
            "parameters": query, "responses": {"200": {"description": "OK"}},
            "x-kubernetes-action": "patch", "x-kubernetes-group-version-kind": {
                "group": group, "version": version, "kind": kind.kind}}}
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.32.0"},
            "paths": paths, "components": {"schemas": {}}}
