"""What the API server fills in, and what it does not accept."""
import base64
import binascii
import itertools
import re

from . import errors
from .selection import matches

NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
CLUSTER_IPS = itertools.count(10)
NOT_A_NAME = ("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' "
              "or '.', and must start and end with an alphanumeric character")


def _set(mapping, **values):
    for key, value in values.items():
        mapping.setdefault(key, value)


def fill(kind, obj):
    """Defaults in place."""
    for name in ("labels", "annotations"):
        if obj["metadata"].get(name, 0) is None:
            del obj["metadata"][name]
    spec = obj.get("spec")
    if kind.kind == "Deployment" and isinstance(spec, dict):
        _deployment(spec)
    elif kind.kind == "ReplicaSet":
        _set(spec, replicas=1)
    elif kind.kind in ("StatefulSet", "DaemonSet"):
        _set(spec, revisionHistoryLimit=10, updateStrategy={"type": "RollingUpdate", "rollingUpdate": {}})
        if kind.kind == "StatefulSet":
            _set(spec, replicas=1, podManagementPolicy="OrderedReady")
        _template(spec)
    elif kind.kind == "Pod":
        _pod(spec)
    elif kind.kind == "Job":
        _job(obj)
    elif kind.kind == "Service":
        _service(spec)
    elif kind.kind == "Secret":
        _secret(obj)
    elif kind.kind == "Namespace":
        obj["spec"] = {"finalizers": ["kubernetes"]}
        obj["status"] = {"phase": "Active"}
        obj["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = \
            obj["metadata"]["name"]
    elif kind.kind == "PersistentVolumeClaim":
        obj["status"] = {"phase": "Bound"}


def _deployment(spec):
    _set(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600, strategy={})
    strategy = spec["strategy"]
    _set(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        if strategy.get("rollingUpdate") is None:
            strategy["rollingUpdate"] = {}
        _set(strategy["rollingUpdate"], maxSurge="25%", maxUnavailable="25%")
    _template(spec)


def _template(spec, restart="Always"):
    template = spec.get("template")
    if isinstance(template, dict):
        meta = template.setdefault("metadata", {})
        meta.setdefault("creationTimestamp", None)
        if isinstance(template.get("spec"), dict):
            _set(template["spec"], restartPolicy=restart)
            _pod(template["spec"])


def _pod(spec):
    _set(spec, restartPolicy="Always", terminationGracePeriodSeconds=30, dnsPolicy="ClusterFirst",
         schedulerName="default-scheduler", securityContext={})
    for container in (spec.get("initContainers") or []) + (spec.get("containers") or []):
        image = container.get("image", "")
        latest = "@" not in image and (":" not in image.rpartition("/")[2] or image.endswith(":latest"))
        _set(container, imagePullPolicy="Always" if latest else "IfNotPresent", resources={},
             terminationMessagePath="/dev/termination-log", terminationMessagePolicy="File")
        for port in container.get("ports") or []:
            _set(port, protocol="TCP")
        for name in ("readinessProbe", "livenessProbe", "startupProbe"):
            if name in container:
                _probe(container[name])
    for volume in spec.get("volumes") or []:
        for source in ("secret", "configMap"):
            if source in volume:
                _set(volume[source], defaultMode=420)


def _probe(probe):
    _set(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
    if "httpGet" in probe:
        _set(probe["httpGet"], path="/", scheme="HTTP")


def _job(obj):
    spec = obj["spec"]
    _set(spec, completions=1, parallelism=1, backoffLimit=6, completionMode="NonIndexed",
         suspend=False)
    _template(spec, None)


def _service(spec):
    _set(spec, type="ClusterIP", sessionAffinity="None", internalTrafficPolicy="Cluster",
         ipFamilies=["IPv4"], ipFamilyPolicy="SingleStack")
    if spec["type"] != "ExternalName" and "clusterIP" not in spec:
        spec["clusterIP"] = f"10.96.0.{next(CLUSTER_IPS)}"
    if spec.get("clusterIP"):
        _set(spec, clusterIPs=[spec["clusterIP"]])
    for port in spec.get("ports") or []:
        _set(port, protocol="TCP", targetPort=port.get("port"))


def _secret(obj):
    _set(obj, type="Opaque")
    for key, value in (obj.pop("stringData", None) or {}).items():
        obj.setdefault("data", {})[key] = base64.b64encode(value.encode()).decode()


def check(kind, obj, before=None):
    """Raises what the API server would answer to an object that cannot be."""
    name = obj["metadata"]["name"]
    found = []
    if not NAME.fullmatch(name) or len(name) > 253:
        found.append(("metadata.name", f'Invalid value: "{name}": {NOT_A_NAME}'))
    checker = {"Deployment": _check_deployment, "Service": _check_service, "Pod": _check_pod_object,
               "Secret": _check_secret, "ConfigMap": _check_config_map}.get(kind.kind)
    if checker:
        found += checker(obj, before)
    if found:
        raise errors.invalid(kind, name, found)


def check_types(kind, obj):
    """The decoding of a few fields into their Go types."""
    integers = {"Deployment": ("replicas", "minReadySeconds", "progressDeadlineSeconds"),
                "ReplicaSet": ("replicas",), "Job": ("completions", "parallelism", "backoffLimit")}
    spec = obj.get("spec")
    for field in integers.get(kind.kind, ()) if isinstance(spec, dict) else ():
        value = spec.get(field, 0)
        if not isinstance(value, int) or isinstance(value, bool):
            what = {str: "string", bool: "bool", float: "number"}.get(type(value), "object")
            raise errors.bad_request(
                f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: json: '
                f"cannot unmarshal {what} into Go struct field {kind.kind}Spec.spec.{field} of type "
                "int32")


def _check_deployment(obj, before):
    spec = obj.get("spec") or {}
    found = []
    selector = spec.get("selector")
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels") or {}
    if not selector:
        found.append(("spec.selector", "Required value"))
    elif not matches(selector, labels):
        found.append(("spec.template.metadata.labels", f"Invalid value: {labels}: `selector` does not "
                                                       "match template `labels`"))
    if before and before["spec"]["selector"] != selector:
        found.append(("spec.selector", f"Invalid value: {selector}: field is immutable"))
    if spec.get("replicas", 0) < 0:
        found.append(("spec.replicas", f'Invalid value: {spec["replicas"]}: must be greater than or '
                                       "equal to 0"))
    rolling = (spec.get("strategy") or {}).get("rollingUpdate")
    if rolling and spec["strategy"]["type"] == "Recreate":
        found.append(("spec.strategy.rollingUpdate", "Forbidden: may not be specified when strategy "
                                                     "`type` is 'Recreate'"))
    return found + _check_pod(template.get("spec") or {}, "spec.template.spec")


def _check_pod_object(obj, before):
    return [] if before else _check_pod(obj.get("spec") or {}, "spec")


def _check_pod(spec, path):
    containers = spec.get("containers") or []
    found = [] if containers else [(f"{path}.containers", "Required value")]
    for i, container in enumerate(containers):
        for field in ("name", "image"):
            if not container.get(field):
                found.append((f"{path}.containers[{i}].{field}", "Required value"))
        volumes = {v["name"] for v in spec.get("volumes") or []}
        for j, mount in enumerate(container.get("volumeMounts") or []):
            if mount["name"] not in volumes:
                found.append((f"{path}.containers[{i}].volumeMounts[{j}].name",
                              f'Not found: "{mount["name"]}"'))
    return found


def _check_service(obj, before):
    ports = obj["spec"].get("ports") or []
    found = [] if ports else [("spec.ports", "Required value")]
    for i, port in enumerate(ports):
        if not isinstance(port.get("port"), int) or not 0 < port["port"] < 65536:
            found.append((f"spec.ports[{i}].port", f'Invalid value: {port.get("port")}: must be '
                                                   "between 1 and 65535, inclusive"))
        if len(ports) > 1 and not port.get("name"):
            found.append((f"spec.ports[{i}].name", "Required value"))
    if before and before["spec"].get("clusterIP") != obj["spec"].get("clusterIP"):
        found.append(("spec.clusterIPs[0]", "Invalid value: field is immutable"))
    return found


def _check_secret(obj, before):
    found = []
    for key, value in (obj.get("data") or {}).items():
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise errors.bad_request(f"Secret in version \"v1\" cannot be handled as a Secret: illegal "
                                     f"base64 data in {key}") from None
    if before and before.get("type") != obj.get("type"):
        found.append(("type", f'Invalid value: "{obj.get("type")}": field is immutable'))
    return found + _immutable(obj, before)


def _check_config_map(obj, before):
    for key, value in (obj.get("data") or {}).items():
        if not isinstance(value, str):
            raise errors.bad_request('ConfigMap in version "v1" cannot be handled as a ConfigMap: json: '
                                     f"cannot unmarshal into Go struct field ConfigMap.data.{key} of "
                                     "type string")
    return _immutable(obj, before)


def _immutable(obj, before):
    if before and before.get("immutable") and before.get("data") != obj.get("data"):
        return [("data", "Forbidden: field is immutable when `immutable` is set")]
    return []
