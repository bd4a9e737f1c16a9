"""What etcd and the API machinery keep: objects, their versions, and every change for the watches."""
import copy
import threading
import uuid
from collections import namedtuple
from datetime import datetime, timezone

from . import errors

Event = namedtuple("Event", "version kind before after")  # before or after is None


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """Thread-safe. What goes in and out is copied, so nobody can change an object in place."""

    def __init__(self):
        self.changed = threading.Condition(threading.RLock())
        self.version = 1000
        self.events = []
        self.endpoints = {}    # (namespace, service) -> [(moment, subsets)], each time they changed
        self.endpoint_lag = 0  # seconds until the nodes of the cluster lead traffic by a change
        self._objects = {}

    # -- reading

    def find(self, kind, namespace, name):
        with self.changed:
            return copy.deepcopy(self._objects.get((kind, namespace or "", name)))

    def get(self, kind, namespace, name):
        found = self.find(kind, namespace, name)
        if found is None:
            raise errors.not_found(kind, name)
        return found

    def list(self, kind, namespace=None):
        with self.changed:
            found = [copy.deepcopy(o) for (k, ns, _), o in self._objects.items()
                     if k == kind and (not namespace or ns == namespace)]
        return sorted(found, key=lambda o: (o["metadata"].get("namespace", ""), o["metadata"]["name"]))

    def all_of(self, namespace):
        with self.changed:
            return [(k, copy.deepcopy(o)) for (k, ns, _), o in self._objects.items() if ns == namespace]

    def uids(self):
        with self.changed:
            return {o["metadata"]["uid"] for o in self._objects.values()}

    # -- writing

    def create(self, kind, obj, dry=False):
        """With `dry` everything is checked and answered, and nothing is kept."""
        with self.changed:
            meta = obj["metadata"]
            key = (kind, meta.get("namespace", ""), meta["name"])
            if key in self._objects:
                raise errors.already_exists(kind, meta["name"])
            meta["uid"] = str(uuid.uuid4())
            meta["creationTimestamp"] = now()
            if kind.counts_generations:
                meta["generation"] = 1
            return copy.deepcopy(obj) if dry else self._put(key, None, obj)

    def update(self, kind, obj, dry=False):
        """Replaces the object; a resourceVersion that is not the newest is a conflict."""
        with self.changed:
            meta = obj["metadata"]
            key = (kind, meta.get("namespace", ""), meta["name"])
            before = self._objects.get(key)
            if before is None:
                raise errors.not_found(kind, meta["name"])
            if meta.get("resourceVersion", before["metadata"]["resourceVersion"]) != \
                    before["metadata"]["resourceVersion"]:
                raise errors.conflict(kind, meta["name"])
            if meta.get("uid", before["metadata"]["uid"]) != before["metadata"]["uid"]:
                raise errors.conflict(kind, meta["name"], "Precondition failed: UID in precondition: "
                                      f"{meta['uid']}, UID in object meta: {before['metadata']['uid']}")
            for field in ("uid", "creationTimestamp", "resourceVersion", "generation",
                          "deletionTimestamp", "deletionGracePeriodSeconds"):
                meta.pop(field, None)
                if field in before["metadata"]:
                    meta[field] = before["metadata"][field]
            if obj == before:
                return copy.deepcopy(before)
            if "generation" in meta and obj.get("spec") != before.get("spec"):
                meta["generation"] += 1
            return copy.deepcopy(obj) if dry else self._put(key, before, obj)

    def change(self, kind, namespace, name, mutate):
        """Reads, lets `mutate` change the object, and writes it."""
        with self.changed:
            obj = self.get(kind, namespace, name)
            mutate(obj)
            return self.update(kind, obj)

    def mark_deleted(self, kind, namespace, name, grace):
        """The first half of a graceful deletion."""
        with self.changed:
            key = (kind, namespace or "", name)
            before = self._objects.get(key)
            if before is None or "deletionTimestamp" in before["metadata"]:
                return copy.deepcopy(before)
            obj = copy.deepcopy(before)
            obj["metadata"] |= {"deletionTimestamp": now(), "deletionGracePeriodSeconds": grace}
            return self._put(key, before, obj)

    def remove(self, kind, namespace, name):
        with self.changed:
            before = self._objects.pop((kind, namespace or "", name), None)
            if before is not None:
                self._log(kind, before, None)
            return copy.deepcopy(before)

    def _put(self, key, before, obj):
        obj = copy.deepcopy(obj)
        obj["metadata"]["resourceVersion"] = str(self.version + 1)
        self._objects[key] = obj
        self._log(key[0], before, obj)
        return copy.deepcopy(obj)

    def _log(self, kind, before, after):
        self.version += 1
        if after is None:  # a deletion has a version of its own
            before = copy.deepcopy(before)
            before["metadata"]["resourceVersion"] = str(self.version)
        self.events.append(Event(self.version, kind, before, after))
        self.changed.notify_all()

    # -- watching

    def since(self, version):
        with self.changed:
            first = len(self.events)
            while first > 0 and self.events[first - 1].version > version:
                first -= 1
            return self.events[first:]

    def wait(self, version, timeout):
        """Until something is newer than `version`."""
        with self.changed:
            self.changed.wait_for(lambda: self.version > version, timeout)
            return self.version
