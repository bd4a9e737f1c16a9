"""Endpoints of services, and the API server's proxy to them."""
import http.client
import random
import time

from .errors import ApiError
from .kinds import BY_KIND
from .selection import labels_of
from .workloads import is_over, is_ready

FROM_A_NODE = "X-From-A-Node"  # a header: this request is led as on a node, behind the API server's time
SERVICE, POD = BY_KIND["Service"], BY_KIND["Pod"]
ENDPOINTS, SLICE = BY_KIND["Endpoints"], BY_KIND["EndpointSlice"]
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "host",
              "authorization", "content-length"}


def reconcile(store):
    for service in store.list(SERVICE):
        if service["spec"].get("selector"):
            _publish(store, service)
    names = {(s["metadata"]["namespace"], s["metadata"]["name"]) for s in store.list(SERVICE)}
    for obj in store.list(ENDPOINTS):
        if (obj["metadata"]["namespace"], obj["metadata"]["name"]) not in names:
            store.remove(ENDPOINTS, obj["metadata"]["namespace"], obj["metadata"]["name"])


def target_port(port, pod):
    """The number of a service's port in this pod; None when the pod has no port of that name."""
    target = port["targetPort"]
    if isinstance(target, int) or str(target).isdigit():
        return int(target)
    for container in pod["spec"]["containers"]:
        for have in container.get("ports") or []:
            if have.get("name") == target:
                return have["containerPort"]
    return None


def _publish(store, service):
    meta, spec = service["metadata"], service["spec"]
    pods = [p for p in store.list(POD, meta["namespace"])
            if all(labels_of(p).get(k) == v for k, v in spec["selector"].items())
            and (p.get("status") or {}).get("podIP") and not is_over(p)]
    groups = {}  # ports -> (ready, not ready): pods may give a named port different numbers
    for pod in pods:
        numbers = tuple(target_port(port, pod) for port in spec["ports"])
        if None in numbers:
            continue
        leaving = "deletionTimestamp" in pod["metadata"]
        ready = (is_ready(pod) or spec.get("publishNotReadyAddresses")) and not leaving
        groups.setdefault(numbers, ([], []))[0 if ready else 1].append(_address(pod))
    subsets = [_subset(spec["ports"], numbers, *group) for numbers, group in sorted(groups.items())]
    put(store, ENDPOINTS, {"apiVersion": "v1", "kind": "Endpoints", "metadata": {
        "name": meta["name"], "namespace": meta["namespace"], "labels": labels_of(service)},
        "subsets": subsets})
    told = store.endpoints.setdefault((meta["namespace"], meta["name"]), [])
    if not told or told[-1][1] != subsets:
        told.append((time.monotonic(), subsets))
    put(store, SLICE, _slice(service, subsets))


def _address(pod):
    return {"ip": pod["status"]["podIP"], "nodeName": "node-1", "targetRef": {
        "kind": "Pod", "name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"],
        "uid": pod["metadata"]["uid"]}}


def _subset(ports, numbers, ready, other):
    subset = {"ports": []}
    for port, number in zip(ports, numbers):
        named = {"name": port["name"]} if port.get("name") else {}
        subset["ports"].append(named | {"port": number, "protocol": port["protocol"]})
    if ready:
        subset["addresses"] = ready
    if other:
        subset["notReadyAddresses"] = other
    return subset


def _slice(service, subsets):
    meta = service["metadata"]
    endpoints = []
    for subset in subsets:
        for field, ready in (("addresses", True), ("notReadyAddresses", False)):
            for address in subset.get(field, []):
                endpoints.append({"addresses": [address["ip"]], "targetRef": address["targetRef"],
                                  "nodeName": "node-1", "conditions": {
                                      "ready": ready, "serving": ready, "terminating": False}})
    ports = subsets[0]["ports"] if subsets else []
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"name": f'{meta["name"]}-{meta["uid"][:5]}', "namespace": meta["namespace"],
                         "labels": {"kubernetes.io/service-name": meta["name"]},
                         "ownerReferences": [{"apiVersion": "v1", "kind": "Service", "controller": True,
                                              "name": meta["name"], "uid": meta["uid"]}]},
            "endpoints": endpoints,
            "ports": [{"name": p.get("name", "")} | p for p in ports]}


def put(store, kind, obj):
    """Creates or replaces, as a controller does."""
    meta = obj["metadata"]
    if store.find(kind, meta["namespace"], meta["name"]) is None:
        store.create(kind, obj)
        return

    def mutate(current):
        kept = current["metadata"]
        current.clear()
        current.update(obj)
        current["metadata"] = kept | meta
    store.change(kind, meta["namespace"], meta["name"], mutate)


def endpoints_at(store, namespace, name, moment):
    """Where a service led to at that moment: what was published last before it."""
    told = store.endpoints.get((namespace, name)) or [(0, [])]
    return next((subsets for since, subsets in reversed(told) if since <= moment), told[0][1])


def proxy(store, namespace, name, request):
    """`request`: method, path with query, headers, body. -> status, headers, body."""
    parts = name.split(":")
    scheme, name, port = parts if len(parts) == 3 else ("", parts[0], parts[1] if parts[1:] else "")
    if scheme == "https":
        raise ApiError(503, "ServiceUnavailable", "error trying to reach service: pods speak http only")
    service = store.get(SERVICE, namespace, name)
    wanted = next((p for p in service["spec"]["ports"]
                   if port in ("", p.get("name"), str(p["port"]))), None)
    if wanted is None:
        raise ApiError(503, "ServiceUnavailable", f'no service port "{port}" found for service "{name}"')
    late = store.endpoint_lag if FROM_A_NODE in request[2] else 0
    subsets = endpoints_at(store, namespace, name, time.monotonic() - late)
    found = [(a["ip"], p["port"]) for subset in subsets
             for a in subset.get("addresses") or [] for p in subset["ports"]
             if p.get("name") == wanted.get("name")]
    if not found:
        raise ApiError(503, "ServiceUnavailable", f'no endpoints available for service "{name}"')
    return forward(*random.choice(found), request)


def forward(host, port, request, timeout=30):
    method, path, headers, body = request
    kept = {k: v for k, v in headers.items() if k.lower() not in HOP_BY_HOP}
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request(method, path, body or None, kept | {"Connection": "close"})
        answer = connection.getresponse()
        back = [(k, v) for k, v in answer.getheaders() if k.lower() not in HOP_BY_HOP]
        return answer.status, back, answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise ApiError(503, "ServiceUnavailable", f"error trying to reach service: {error}") from error
    finally:
        connection.close()
