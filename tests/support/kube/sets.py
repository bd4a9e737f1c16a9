"""The controllers of stateful sets and of daemon sets, on the one node that there is: a pod of the old template goes,
the next one comes when it is gone."""
import hashlib
import json

from .kinds import BY_KIND
from .selection import labels_of
from .workloads import delete_pod, is_over, is_ready, make_pod, pods_of, write_status

STATEFUL_SET, DAEMON_SET = BY_KIND["StatefulSet"], BY_KIND["DaemonSet"]
REVISION = "controller-revision-hash"


def reconcile_set(store, kind, owner):
    if "deletionTimestamp" in owner["metadata"]:
        return
    template = json.dumps(owner["spec"]["template"], sort_keys=True)
    revision = f"{owner['metadata']['name']}-{hashlib.sha256(template.encode()).hexdigest()[:10]}"
    want = owner["spec"]["replicas"] if kind is STATEFUL_SET else 1
    pods = [p for p in pods_of(store, owner) if not is_over(p)]
    alive = [p for p in pods if "deletionTimestamp" not in p["metadata"]]
    fresh = [p for p in alive if labels_of(p).get(REVISION) == revision]
    old = [p for p in alive if p not in fresh]
    if all(map(is_ready, fresh)) and len(pods) == len(alive):
        if old:
            delete_pod(store, old.pop())
        elif len(fresh) > want:
            delete_pod(store, fresh.pop())
        elif len(fresh) < want:
            fresh.append(make_pod(store, kind, owner, {REVISION: revision}))
    ready = sum(map(is_ready, old + fresh))
    whole = len(fresh) == want and not old
    before = (owner.get("status") or {}).get("currentRevision", revision)
    if kind is STATEFUL_SET:
        status = {"replicas": len(old + fresh), "readyReplicas": ready, "updatedReplicas": len(fresh),
                  "updateRevision": revision, "currentRevision": revision if whole and ready == want else before}
    else:
        status = {"desiredNumberScheduled": 1, "currentNumberScheduled": len(old + fresh), "numberMisscheduled": 0,
                  "updatedNumberScheduled": len(fresh), "numberReady": ready, "numberAvailable": ready}
    status["observedGeneration"] = owner["metadata"]["generation"]
    write_status(store, kind, owner, status)



def reconcile(store):
    for kind in (STATEFUL_SET, DAEMON_SET):
        for owner in store.list(kind):
            reconcile_set(store, kind, owner)
