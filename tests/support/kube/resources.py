"""What the verbs do with objects: create, replace, patch, delete, scale."""
import copy
import json
import random

from . import defaults, errors, patches, serverside
from .deployments import SAFE
from .errors import NotCovered
from .kinds import BY_KIND
from .workloads import discard

NAMESPACE, SERVICE = BY_KIND["Namespace"], BY_KIND["Service"]
JSON_PATCH, MERGE_PATCH = "application/json-patch+json", "application/merge-patch+json"
STRATEGIC, APPLY = ("application/strategic-merge-patch+json", "application/apply-patch+yaml")


class Resources:
    def __init__(self, store):
        self.store = store

    def create(self, kind, namespace, obj, options):
        self._prepare(kind, namespace, obj)
        meta = obj["metadata"]
        if not meta.get("name") and meta.get("generateName"):
            meta["name"] = meta["generateName"] + "".join(random.choices(SAFE, k=5))
        if not meta.get("name"):
            raise errors.invalid(kind, "", [("metadata.name", "Required value: name or generateName is "
                                                              "required")])
        if meta.get("resourceVersion"):
            raise errors.bad_request("resourceVersion should not be set on objects to be created")
        if kind.namespaced:
            self._check_namespace(kind, namespace, meta["name"])
        for field in ("uid", "creationTimestamp", "generation", "deletionTimestamp"):
            meta.pop(field, None)
        obj.pop("status", None)
        defaults.check_types(kind, obj)
        defaults.fill(kind, obj)
        defaults.check(kind, obj)
        if kind.kind == "Job":
            _select_own_pods(obj)
        if kind.kind in ("Deployment", "ReplicaSet", "Pod", "Job"):
            obj["status"] = {"phase": "Pending"} if kind.kind == "Pod" else {}
        serverside.note_update(obj, {}, options.manager)
        return self.store.create(kind, obj, options.dry)

    def _prepare(self, kind, namespace, obj):
        if obj.get("kind", kind.kind) != kind.kind or \
                obj.get("apiVersion", kind.api_version) != kind.api_version:
            raise errors.bad_request(f'{obj.get("kind")} in version "{obj.get("apiVersion")}" cannot be '
                                     f"handled as a {kind.kind}")
        obj |= {"kind": kind.kind, "apiVersion": kind.api_version}
        meta = obj.setdefault("metadata", {})
        if kind.namespaced and meta.setdefault("namespace", namespace) != namespace:
            raise errors.bad_request("the namespace of the provided object does not match the namespace "
                                     "sent on the request")

    def _check_namespace(self, kind, namespace, name):
        found = self.store.get(NAMESPACE, "", namespace)
        if "deletionTimestamp" in found["metadata"]:
            raise errors.forbidden(kind, name, f"unable to create new content in namespace {namespace} "
                                               "because it is being terminated")

    def replace(self, kind, namespace, name, obj, options, sub=""):
        self._prepare(kind, namespace, obj)
        if obj["metadata"].get("name") != name:
            raise errors.bad_request(f'the name of the object ({obj["metadata"].get("name")}) does not '
                                     f"match the name on the URL ({name})")
        if kind.kind in ("Lease", "EndpointSlice") and not obj["metadata"].get("resourceVersion"):
            raise errors.invalid(kind, name, [("metadata.resourceVersion", "Invalid value: 0x0: must be "
                                                                          "specified for an update")])
        before = self.store.get(kind, namespace, name)
        return self._write(kind, before, obj, options, sub)

    def _write(self, kind, before, obj, options, sub):
        """What every change of an existing object goes through."""
        if sub == "status":
            obj = {**before, "status": obj.get("status"), "metadata": obj["metadata"]}
        else:
            obj.pop("status", None)
            if "status" in before:
                obj["status"] = before["status"]
            if kind is SERVICE and obj["spec"].get("type") != "ExternalName":
                for field in ("clusterIP", "clusterIPs"):
                    if not obj["spec"].get(field) and field in before["spec"]:
                        obj["spec"][field] = before["spec"][field]
            defaults.check_types(kind, obj)
            if kind is not NAMESPACE:
                defaults.fill(kind, obj)
            if "status" in before:
                obj["status"] = before["status"]
            defaults.check(kind, obj, before)
            if not options.applied:
                serverside.note_update(obj, before, options.manager)
        return self.store.update(kind, obj, options.dry)

    def patch(self, kind, namespace, name, body, options, sub=""):
        if options.content_type == APPLY:
            return self._apply(kind, namespace, name, body, options)
        with self.store.changed:
            before = self.store.get(kind, namespace, name)
            obj = self._patched(before, json.loads(body), options.content_type)
            return self._write(kind, before, obj, options, sub)

    @staticmethod
    def _patched(before, patch, content_type):
        if content_type == JSON_PATCH:
            return patches.json_patch(before, patch)
        if content_type == MERGE_PATCH:
            return patches.merge_patch(before, patch)
        if content_type == STRATEGIC:
            return patches.strategic(before, patch)
        raise NotCovered(f"patch type {content_type}")

    def _apply(self, kind, namespace, name, body, options):
        config = json.loads(body)
        self._prepare(kind, namespace, config)
        options.applied = True
        with self.store.changed:
            before = self.store.find(kind, namespace, name)
            obj = serverside.apply(kind, before, config, options)
            if before is None:
                return self.create(kind, namespace, obj, options)
            return self._write(kind, before, obj, options, "")

    # -- scale

    @staticmethod
    def scale_of(obj):
        selector = (obj["spec"].get("selector") or {}).get("matchLabels") or {}
        meta = {k: v for k, v in obj["metadata"].items()
                if k in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")}
        return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": meta,
                "spec": {"replicas": obj["spec"]["replicas"]},
                "status": {"replicas": (obj.get("status") or {}).get("replicas", 0),
                           "selector": ",".join(f"{k}={v}" for k, v in selector.items())}}

    def scale(self, kind, namespace, name, scale, options):
        """`scale` makes the new Scale from the present one."""
        with self.store.changed:
            before = self.store.get(kind, namespace, name)
            wanted = scale(self.scale_of(before))
            obj = copy.deepcopy(before)
            obj["spec"]["replicas"] = wanted["spec"].get("replicas", 0)
            if version := wanted["metadata"].get("resourceVersion"):
                obj["metadata"]["resourceVersion"] = version
            return self.scale_of(self._write(kind, before, obj, options, ""))

    # -- delete

    def delete(self, kind, namespace, name, body, options):
        with self.store.changed:
            obj = self.store.get(kind, namespace, name)
            wanted = body.get("preconditions") or {}
            for field in ("uid", "resourceVersion"):
                if wanted.get(field, obj["metadata"][field]) != obj["metadata"][field]:
                    raise errors.conflict(kind, name, f"Precondition failed: {field}")
            if not options.dry:
                self._delete(kind, obj, body, options)
            if kind.kind == "Pod" or kind is NAMESPACE:
                return self.store.find(kind, namespace, name) or obj
        details = {"name": name, "kind": kind.plural, "uid": obj["metadata"]["uid"]}
        if kind.group:
            details["group"] = kind.group
        return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
                "details": details}

    def _delete(self, kind, obj, body, options):
        policy = options.query.get("propagationPolicy", body.get("propagationPolicy", "Background"))
        meta = obj["metadata"]
        if policy == "Foreground":
            raise NotCovered("propagationPolicy Foreground")
        if policy == "Orphan":
            self._orphan(meta["uid"], meta.get("namespace"))
        if kind is NAMESPACE:
            self.store.mark_deleted(kind, "", meta["name"], 0)
            self.store.change(kind, "", meta["name"],
                              lambda o: o.update(status={"phase": "Terminating"}))
        else:
            grace = options.query.get("gracePeriodSeconds", body.get("gracePeriodSeconds"))
            discard(self.store, kind, obj, None if grace is None else int(grace))

    def _orphan(self, uid, namespace):
        for kind, obj in self.store.all_of(namespace):
            owners = obj["metadata"].get("ownerReferences") or []
            if any(o["uid"] == uid for o in owners):
                obj["metadata"]["ownerReferences"] = [o for o in owners if o["uid"] != uid]
                self.store.update(kind, obj)


def _select_own_pods(job):
    labels = {"batch.kubernetes.io/job-name": job["metadata"]["name"]}
    job["spec"].setdefault("selector", {"matchLabels": labels})
