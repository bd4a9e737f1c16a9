"""The deployment controller: replica sets, revisions, rolling updates, conditions."""
import copy
import hashlib
import json
import math
from datetime import datetime, timezone

from . import quantities
from .errors import ApiError
from .kinds import BY_KIND
from .selection import labels_of, matches
from .store import now

DEPLOYMENT, REPLICA_SET = BY_KIND["Deployment"], BY_KIND["ReplicaSet"]
REVISION = "deployment.kubernetes.io/revision"
DESIRED, MOST = "deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas"
HASH = "pod-template-hash"
SAFE = "bcdfghjklmnpqrstvwxz2456789"


def age_of(timestamp):
    then = datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    return (datetime.now(timezone.utc) - then).total_seconds()


def controlled_by(obj, owner):
    return any(ref.get("controller") and ref["uid"] == owner["metadata"]["uid"]
               for ref in obj["metadata"].get("ownerReferences") or [])


def owner_reference(kind, owner):
    return [{"apiVersion": kind.api_version, "kind": kind.kind, "name": owner["metadata"]["name"],
             "uid": owner["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}]


def template_of(obj):
    """The template without what a replica set adds to it."""
    template = copy.deepcopy(obj["spec"]["template"])
    labels_of(template).pop(HASH, None)
    return template


def template_hash(template):
    digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).digest()
    return "".join(SAFE[byte % len(SAFE)] for byte in digest[:10])


def revision_of(obj):
    return int((obj["metadata"].get("annotations") or {}).get(REVISION, 0))


class Rollout:
    """One look at one deployment: at most a few changes, then its status."""

    def __init__(self, store, deployment):
        self.store, self.deployment = store, deployment
        self.spec, self.meta = deployment["spec"], deployment["metadata"]
        sets = [s for s in store.list(REPLICA_SET, self.meta["namespace"])
                if controlled_by(s, deployment) and matches(self.spec["selector"], labels_of(s))]
        self.sets = sorted(sets, key=lambda s: (revision_of(s), s["metadata"]["creationTimestamp"]))
        wanted = template_of(deployment)
        self.new = next((s for s in self.sets if template_of(s) == wanted), None)
        self.event = None  # why Progressing is true, when something began
        rolling = self.spec["strategy"].get("rollingUpdate")
        self.surge, self.unavailable = quantities.fence_posts(rolling, self.spec["replicas"])

    @property
    def old(self):
        return [s for s in self.sets if s is not self.new]

    def sync(self):
        if "deletionTimestamp" in self.meta:
            return
        if self.spec.get("paused"):
            if self.new is not None:
                self._mark_revision()
            self._scale()
        elif self._is_scaling():
            self._scale()
        else:
            self._ensure_new_set()
            if self.spec["strategy"]["type"] == "Recreate":
                self._recreate()
            else:
                self._roll()
            self._forget_old_revisions()
        self._write_status()

    # -- replica sets

    def _ensure_new_set(self):
        if self.new is None:
            self._create_set()
        elif self._mark_revision():
            self.event = ("FoundNewReplicaSet", f'Found new replica set "{self.new["metadata"]["name"]}"')

    def _create_set(self):
        template = template_of(self.deployment)
        suffix = template_hash(template)
        template["metadata"].setdefault("labels", {})[HASH] = suffix
        selector = copy.deepcopy(self.spec["selector"])
        selector.setdefault("matchLabels", {})[HASH] = suffix
        count = 0 if self.spec["strategy"]["type"] == "Recreate" and any(
            s["spec"]["replicas"] for s in self.old) else self._room_for_new(0)
        annotations = {k: v for k, v in (self.meta.get("annotations") or {}).items()
                       if k != "kubectl.kubernetes.io/last-applied-configuration" and k != REVISION}
        annotations |= {REVISION: str(self._next_revision()), **self._size_notes()}
        name = f'{self.meta["name"]}-{suffix}'
        spec = {"replicas": count, "selector": selector, "template": template}
        if self.spec.get("minReadySeconds"):
            spec["minReadySeconds"] = self.spec["minReadySeconds"]
        self.new = self.store.create(REPLICA_SET, {
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {"name": name, "namespace": self.meta["namespace"],
                         "labels": copy.deepcopy(template["metadata"]["labels"]),
                         "annotations": annotations,
                         "ownerReferences": owner_reference(DEPLOYMENT, self.deployment)},
            "spec": spec, "status": {"replicas": 0}})
        self.sets.append(self.new)
        self.event = ("NewReplicaSetCreated", f'Created new replica set "{name}"')
        self._mark_revision()

    def _next_revision(self):
        return max([revision_of(s) for s in self.old], default=0) + 1

    def _mark_revision(self):
        """The newest template has the highest revision; true when it was an older one until now."""
        wanted = max(self._next_revision(), revision_of(self.new))
        changed = wanted != revision_of(self.new)
        if changed:
            self._annotate(self.new, {REVISION: str(wanted)})
        if revision_of(self.deployment) != wanted:
            self.deployment = self.store.change(DEPLOYMENT, self.meta["namespace"], self.meta["name"],
                                                lambda d: d["metadata"].setdefault(
                                                    "annotations", {}).update({REVISION: str(wanted)}))
            self.meta = self.deployment["metadata"]
        return changed

    def _size_notes(self):
        replicas = self.spec["replicas"]
        return {DESIRED: str(replicas), MOST: str(replicas + self.surge)}

    def _annotate(self, which, notes):
        self._change(which, lambda s: s["metadata"].setdefault("annotations", {}).update(notes))

    def _change(self, which, mutate):
        changed = self.store.change(REPLICA_SET, self.meta["namespace"], which["metadata"]["name"], mutate)
        which.clear()
        which.update(changed)

    def _resize(self, which, count):
        notes = self._size_notes()
        have = which["metadata"].get("annotations") or {}
        if which["spec"]["replicas"] == count and all(have.get(k) == v for k, v in notes.items()):
            return False

        def mutate(obj):
            obj["spec"]["replicas"] = count
            obj["metadata"].setdefault("annotations", {}).update(notes)
        changed = which["spec"]["replicas"] != count
        self._change(which, mutate)
        return changed

    # -- sizes

    def _is_scaling(self):
        desired = str(self.spec["replicas"])
        return any(s["spec"]["replicas"] and s["metadata"]["annotations"].get(DESIRED) != desired
                   for s in self.sets)

    def _scale(self):
        """Keeps the proportions of a rollout in flight when the deployment is scaled."""
        replicas = self.spec["replicas"]
        active = [s for s in self.sets if s["spec"]["replicas"]]
        if len(active) <= 1:
            only = active[0] if active else self.new or (self.sets[-1] if self.sets else None)
            if only is not None:
                self._resize(only, replicas)
            return
        if self.new is not None and self._saturated(self.new):
            for each in self.old:
                self._resize(each, 0)
            return
        total = sum(s["spec"]["replicas"] for s in active)
        room = (replicas + self.surge if replicas else 0) - total
        active.sort(key=lambda s: s["spec"]["replicas"], reverse=True)
        sizes = {}
        for each in active:
            most = int(each["metadata"]["annotations"].get(MOST, replicas))
            have = each["spec"]["replicas"]
            part = math.floor(have * (replicas + self.surge) / most + 0.5) - have
            part = min(part, room) if room > 0 else max(part, room)
            sizes[each["metadata"]["name"]], room = have + part, room - part
        sizes[active[0]["metadata"]["name"]] += room
        for each in active:
            self._resize(each, max(0, sizes[each["metadata"]["name"]]))

    def _saturated(self, which):
        size = self.spec["replicas"]
        return (which["spec"]["replicas"] == size
                and which["metadata"]["annotations"].get(DESIRED) == str(size)
                and which["status"].get("availableReplicas", 0) == size)

    def _room_for_new(self, have):
        if self.spec["strategy"]["type"] == "Recreate":
            return self.spec["replicas"]
        total = sum(s["spec"]["replicas"] for s in self.sets)
        room = self.spec["replicas"] + self.surge - total
        return have if room <= 0 else have + min(room, self.spec["replicas"] - have)

    # -- strategies

    def _recreate(self):
        if any([self._resize(s, 0) for s in self.old]):
            return
        if not any(s["status"].get("replicas") for s in self.old):
            self._resize(self.new, self.spec["replicas"])

    def _roll(self):
        have, want = self.new["spec"]["replicas"], self.spec["replicas"]
        if self._resize(self.new, want if have > want else self._room_for_new(have)):
            return
        if any(s["spec"]["replicas"] for s in self.old):
            self._shrink_old()

    def _shrink_old(self):
        least = self.spec["replicas"] - self.unavailable
        ready = lambda s: s["status"].get("availableReplicas", 0)
        total = sum(s["spec"]["replicas"] for s in self.sets)
        budget = total - least - (self.new["spec"]["replicas"] - ready(self.new))
        if budget <= 0:
            return
        for each in self.old:  # what is broken goes first
            drop = min(budget, each["spec"]["replicas"] - ready(each))
            if drop > 0:
                self._resize(each, each["spec"]["replicas"] - drop)
                budget -= drop
        budget = sum(ready(s) for s in self.sets) - least
        for each in self.old:
            drop = min(budget, each["spec"]["replicas"])
            if drop > 0:
                self._resize(each, each["spec"]["replicas"] - drop)
                budget -= drop

    def _forget_old_revisions(self):
        spare = [s for s in self.old if not s["spec"]["replicas"] and not s["status"].get("replicas")]
        for each in spare[:max(0, len(spare) - self.spec["revisionHistoryLimit"])]:
            self.store.remove(REPLICA_SET, self.meta["namespace"], each["metadata"]["name"])

    # -- status

    def _write_status(self):
        status = self._status()
        def mutate(obj):
            obj["status"] = status
        self.store.change(DEPLOYMENT, self.meta["namespace"], self.meta["name"], mutate)

    def _status(self):
        count = lambda field, sets: sum(s["status"].get(field, 0) for s in sets)
        updated = [self.new] if self.new else []
        numbers = {"replicas": count("replicas", self.sets), "updatedReplicas": count("replicas", updated),
                   "readyReplicas": count("readyReplicas", self.sets),
                   "availableReplicas": count("availableReplicas", self.sets)}
        spec_total = sum(s["spec"]["replicas"] for s in self.sets)
        numbers["unavailableReplicas"] = max(0, spec_total - numbers["availableReplicas"])
        status = {k: v for k, v in numbers.items() if v}
        status["observedGeneration"] = self.meta["generation"]
        before = self.deployment.get("status") or {}
        conditions = {c["type"]: c for c in before.get("conditions") or []}
        self._judge_available(numbers["availableReplicas"], conditions)
        self._judge_progress(numbers, before, conditions)
        status["conditions"] = list(conditions.values())
        return status

    def _judge_available(self, available, conditions):
        if available >= self.spec["replicas"] - self.unavailable:
            _set(conditions, "Available", "True", "MinimumReplicasAvailable",
                 "Deployment has minimum availability.")
        else:
            _set(conditions, "Available", "False", "MinimumReplicasUnavailable",
                 "Deployment does not have minimum availability.")

    def _judge_progress(self, numbers, before, conditions):
        if self.spec.get("paused"):
            _set(conditions, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused")
            return
        if self.new is None:
            return  # scaled in the moment before its replica set is made
        name = f'ReplicaSet "{self.new["metadata"]["name"]}"'
        last = conditions.get("Progressing", {})
        want = self.spec["replicas"]
        complete = all(numbers[k] == want for k in ("replicas", "updatedReplicas", "availableReplicas"))
        if self.event:
            _set(conditions, "Progressing", "True", *self.event, renew=True)
        elif complete:
            _set(conditions, "Progressing", "True", "NewReplicaSetAvailable",
                 f"{name} has successfully progressed.")
        elif last.get("reason") == "NewReplicaSetAvailable":
            pass  # a pod that died later is no rollout
        elif last.get("reason") == "DeploymentPaused":
            _set(conditions, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed")
        elif _moved(numbers, before):
            _set(conditions, "Progressing", "True", "ReplicaSetUpdated", f"{name} is progressing.",
                 renew=True)
        elif last and age_of(last["lastUpdateTime"]) > self.spec["progressDeadlineSeconds"]:
            _set(conditions, "Progressing", "False", "ProgressDeadlineExceeded",
                 f"{name} has timed out progressing.")


def _moved(numbers, before):
    had = lambda field: before.get(field, 0)
    old, old_before = (numbers["replicas"] - numbers["updatedReplicas"],
                       had("replicas") - had("updatedReplicas"))
    return old < old_before or any(numbers[k] > had(k) for k in (
        "updatedReplicas", "readyReplicas", "availableReplicas"))


def _set(conditions, kind, status, reason, message, renew=False):
    have = conditions.get(kind)
    if have and (have["status"], have["reason"]) == (status, reason) and not renew:
        return
    same = have and have["status"] == status
    conditions[kind] = {"type": kind, "status": status, "reason": reason, "message": message,
                        "lastUpdateTime": now(),
                        "lastTransitionTime": have["lastTransitionTime"] if same else now()}


def reconcile(store):
    for deployment in store.list(DEPLOYMENT):
        try:
            Rollout(store, deployment).sync()
        except ApiError:
            pass  # something of it has just gone: looked at again at once
