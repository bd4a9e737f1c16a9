"""The controllers of replica sets and jobs, and the garbage collector."""
import random

from .deployments import REPLICA_SET, SAFE, age_of, controlled_by, owner_reference
from .errors import ApiError
from .kinds import BY_KIND, KINDS
from .selection import labels_of, matches
from .store import now

POD, JOB = BY_KIND["Pod"], BY_KIND["Job"]


def is_ready(pod):
    return any(c["type"] == "Ready" and c["status"] == "True"
               for c in (pod.get("status") or {}).get("conditions") or [])


def is_available(pod, seconds):
    if not is_ready(pod):
        return False
    since = next(c for c in pod["status"]["conditions"] if c["type"] == "Ready")["lastTransitionTime"]
    return not seconds or age_of(since) >= seconds


def is_over(pod):
    return (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")


def pods_of(store, owner):
    return [p for p in store.list(POD, owner["metadata"]["namespace"]) if controlled_by(p, owner)]


def make_pod(store, kind, owner, labels=None):
    template = owner["spec"]["template"]
    meta = template["metadata"]
    prefix = owner["metadata"]["name"]
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"], "status": {"phase": "Pending"},
           "metadata": {"name": f"{prefix}-{''.join(random.choices(SAFE, k=5))}",
                        "generateName": f"{prefix}-", "namespace": owner["metadata"]["namespace"],
                        "labels": (meta.get("labels") or {}) | (labels or {}),
                        "ownerReferences": owner_reference(kind, owner)}}
    if meta.get("annotations"):
        pod["metadata"]["annotations"] = meta["annotations"]
    return store.create(POD, pod)


def delete_pod(store, pod, grace=None):
    if grace is None:
        grace = pod["spec"].get("terminationGracePeriodSeconds", 30)
    store.mark_deleted(POD, pod["metadata"]["namespace"], pod["metadata"]["name"], grace)


def write_status(store, kind, obj, status):
    def mutate(current):
        current["status"] = status
    try:
        store.change(kind, obj["metadata"]["namespace"], obj["metadata"]["name"], mutate)
    except ApiError:
        pass


def reconcile_replica_set(store, owner):
    if "deletionTimestamp" in owner["metadata"]:
        return
    pods = [p for p in pods_of(store, owner)
            if "deletionTimestamp" not in p["metadata"] and not is_over(p)
            and matches(owner["spec"]["selector"], labels_of(p))]
    want = owner["spec"]["replicas"]
    for _ in range(want - len(pods)):
        pods.append(make_pod(store, REPLICA_SET, owner))
    # Those that serve least go first, the youngest among equals.
    pods.sort(key=lambda p: (is_ready(p), _minus(p["metadata"]["creationTimestamp"])))
    for pod in pods[:max(0, len(pods) - want)]:
        delete_pod(store, pod)
    pods = pods[max(0, len(pods) - want):]
    least = owner["spec"].get("minReadySeconds", 0)
    counts = {"fullyLabeledReplicas": len(pods), "readyReplicas": sum(map(is_ready, pods)),
              "availableReplicas": sum(is_available(p, least) for p in pods)}
    write_status(store, REPLICA_SET, owner, {
        "replicas": len(pods), **{k: v for k, v in counts.items() if v},
        "observedGeneration": owner["metadata"]["generation"]})


def _minus(timestamp):
    return -int("".join(c for c in timestamp if c.isdigit()))


def reconcile_job(store, job):
    status = dict(job.get("status") or {})
    finished = any(c["type"] in ("Complete", "Failed") for c in status.get("conditions") or [])
    if finished or "deletionTimestamp" in job["metadata"] or job["spec"].get("suspend"):
        return
    pods = pods_of(store, job)
    ended = lambda phase: sum((p.get("status") or {}).get("phase") == phase for p in pods)
    active = [p for p in pods if not is_over(p) and "deletionTimestamp" not in p["metadata"]]
    succeeded, failed = ended("Succeeded"), ended("Failed")
    spec = job["spec"]
    status.setdefault("startTime", now())
    if failed > spec["backoffLimit"]:
        status["conditions"] = [_condition("Failed", "BackoffLimitExceeded",
                                           "Job has reached the specified backoff limit")]
        for pod in active:
            delete_pod(store, pod)
        active = []
    elif succeeded >= spec["completions"]:
        status["conditions"] = [_condition("Complete", "CompletionsReached",
                                           "Reached expected number of succeeded pods")]
        status["completionTime"] = now()
    else:
        for _ in range(min(spec["parallelism"], spec["completions"] - succeeded) - len(active)):
            labels = {"batch.kubernetes.io/job-name": job["metadata"]["name"],
                      "job-name": job["metadata"]["name"]}
            active.append(make_pod(store, JOB, job, labels))
    counts = {"active": len(active), "succeeded": succeeded, "failed": failed,
              "ready": sum(map(is_ready, active))}
    for name, value in counts.items():
        status.pop(name, None)
        if value or name == "ready":
            status[name] = value
    write_status(store, JOB, job, status)


def _condition(kind, reason, message):
    return {"type": kind, "status": "True", "reason": reason, "message": message,
            "lastProbeTime": now(), "lastTransitionTime": now()}


def collect_garbage(store):
    """What is owned by nothing that still is goes, and what a leaving namespace holds."""
    alive = store.uids()
    leaving = {n["metadata"]["name"] for n in store.list(BY_KIND["Namespace"])
               if "deletionTimestamp" in n["metadata"]}
    for kind in KINDS:
        for obj in store.list(kind):
            owners = obj["metadata"].get("ownerReferences")
            orphaned = owners and not any(o["uid"] in alive for o in owners)
            if orphaned or obj["metadata"].get("namespace") in leaving:
                discard(store, kind, obj)
    for name in leaving:
        if not store.all_of(name):
            store.remove(BY_KIND["Namespace"], "", name)


def discard(store, kind, obj, grace=None):
    """Deletes; a pod ends in its own time, and its node removes it."""
    if kind is POD and grace != 0:
        delete_pod(store, obj, grace)
    else:
        store.remove(kind, obj["metadata"].get("namespace"), obj["metadata"]["name"])


def reconcile(store):
    for owner in store.list(REPLICA_SET):
        reconcile_replica_set(store, owner)
    for job in store.list(JOB):
        reconcile_job(store, job)
    collect_garbage(store)
