"""Who manages which field, and server-side apply.

A field is a path of `f:NAME` and, in lists that are merged by keys, `k:{"name":"app"}`; `.` at the end
stands for the item itself. Values below a path that is a leaf belong to it whole."""
import copy
import json

from . import errors
from .patches import PRIMITIVE_LISTS, merge_key
from .store import now

IDENTITY = {"name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp",
            "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName"}


def _keys_of(names):
    """The keys of a list that is a map, or nothing. Ports have the protocol, too."""
    key = merge_key(names)
    if key in ("port", "containerPort"):
        return [key, "protocol"]
    return [key] if key else []


def _item(entry, keys):
    found = {k: entry.get(k, "TCP" if k == "protocol" else None) for k in keys}
    return "k:" + json.dumps(found, sort_keys=True, separators=(",", ":"))


def fields(obj):
    """{path: value} of every leaf."""
    found = {}
    for name, value in obj.items():
        if name == "metadata":
            value = {k: v for k, v in value.items() if k not in IDENTITY}
        if name not in ("apiVersion", "kind", "status"):
            _walk(value, (f"f:{name}",), [name], found)
    return found


def _walk(value, path, names, found):
    keys = _keys_of(names) if isinstance(value, list) else []
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            _walk(inner, (*path, f"f:{name}"), [*names, name], found)
    elif keys and all(isinstance(e, dict) for e in value):
        for entry in value:
            at = (*path, _item(entry, keys))
            found[(*at, ".")] = {}
            _walk(entry, at, names + ["[]"], found)
    elif isinstance(value, list) and names[-1] in PRIMITIVE_LISTS:
        for entry in value:
            found[(*path, f"v:{json.dumps(entry)}")] = entry
    else:
        found[path] = value


def _to_v1(paths):
    root = {}
    for path in sorted(paths):
        at = root
        for part in path:
            at = at.setdefault(part, {})
    return root


def _from_v1(tree, path=()):
    if not tree:
        return {path} if path else set()
    return set().union(*(_from_v1(inner, (*path, part)) for part, inner in tree.items()))


def _managers(obj):
    """[(manager, operation, paths)]"""
    return [(m["manager"], m["operation"], _from_v1(m["fieldsV1"]))
            for m in obj["metadata"].get("managedFields") or []]


def _write(obj, managers):
    obj["metadata"]["managedFields"] = [
        {"manager": name, "operation": operation, "apiVersion": obj["apiVersion"], "time": now(),
         "fieldsType": "FieldsV1", "fieldsV1": _to_v1(paths)}
        for name, operation, paths in managers if paths]


def note_update(obj, before, manager):
    """Whoever changed a field without applying manages it from now on."""
    if "managedFields" in obj["metadata"] and not before:
        return
    old, new = fields(before) if before else {}, fields(obj)
    changed = {path for path, value in new.items() if path not in old or old[path] != value}
    if before and not changed and set(old) == set(new):
        obj["metadata"]["managedFields"] = before["metadata"].get("managedFields") or []
        return
    managers = []
    for name, operation, paths in _managers(before) if before else []:
        managers.append((name, operation, (paths & set(new)) - changed))
    mine = next((m for m in managers if m[:2] == (manager, "Update")), None)
    if mine:
        managers.remove(mine)
    managers.append((manager, "Update", changed | (mine[2] if mine else set())))
    _write(obj, managers)


def apply(kind, before, config, options):
    """The object after `config` was applied by options.manager; conflicts unless forced."""
    wanted = fields(config)
    obj = copy.deepcopy(before) if before else copy.deepcopy(config)
    managers = _managers(before) if before else []
    live = fields(before) if before else {}
    clashes = [(path, name) for name, operation, paths in managers
               if (name, operation) != (options.manager, "Apply")
               for path in paths & set(wanted) if live.get(path) != wanted[path]]
    if clashes and options.query.get("force") != "true":
        raise _conflict(clashes)
    taken = {path for path, _ in clashes}
    kept, had = [], set()
    for name, operation, paths in managers:
        if (name, operation) == (options.manager, "Apply"):
            had = paths
        else:
            kept.append((name, operation, paths - taken))
    owned = set().union(*(paths for _, _, paths in kept)) if kept else set()
    if before:
        obj = _merge(obj, config, [])
        gone = had - set(wanted) - owned
        for path in sorted(gone, key=lambda p: p[-1] != "."):  # whole items first, by their keys
            _drop(obj, path)
    _write(obj, [*kept, (options.manager, "Apply", set(wanted))])
    return obj


def _conflict(clashes):
    who = sorted({name for _, name in clashes})
    what = [{"reason": "FieldManagerConflict", "message": f'conflict with "{name}"',
             "field": "".join("." + part.partition(":")[2] for part in path if part != ".")}
            for path, name in sorted(clashes)]
    fields_text = "\n- ".join([""] + [c["field"] for c in what])
    many = "1 conflict" if len(what) == 1 else f"{len(what)} conflicts"
    return errors.ApiError(409, "Conflict", f"Apply failed with {many}: conflicts with "
                           f'{", ".join(json.dumps(w) for w in who)}:{fields_text}', {"causes": what})


def _merge(live, config, names):
    result = dict(live)
    for name, value in config.items():
        path = [*names, name]
        have = result.get(name)
        keys = _keys_of(path) if isinstance(value, list) else []
        if isinstance(value, dict) and isinstance(have, dict):
            result[name] = _merge(have, value, path)
        elif keys and isinstance(have, list):
            result[name] = _merge_items(have, value, keys, path)
        else:
            result[name] = copy.deepcopy(value)
    return result


def _merge_items(have, config, keys, path):
    result = list(have)
    for entry in config:
        at = next((i for i, e in enumerate(result) if _item(e, keys) == _item(entry, keys)), None)
        if at is None:
            result.append(copy.deepcopy(entry))
        else:
            result[at] = _merge(result[at], entry, [*path, "[]"])
    return result


def _drop(obj, path):
    """Takes a field out of the object, and what it leaves empty."""
    at, names = obj, []
    for part in path[:-1]:
        kind, _, name = part.partition(":")
        if kind == "f":
            names.append(name)
            at = at.get(name) if isinstance(at, dict) else None
        else:
            wanted = json.loads(name)
            at = next((e for e in at or [] if all(
                e.get(k, "TCP" if k == "protocol" else None) == v for k, v in wanted.items())), None)
        if at is None:
            return
        if part == path[-2] and path[-1] == ".":
            _drop_item(obj, path[:-2], at)
            return
    if isinstance(at, dict):
        at.pop(path[-1].partition(":")[2], None)


def _drop_item(obj, path, item):
    at = obj
    for part in path:
        kind, _, name = part.partition(":")
        if kind == "f":
            at = at[name]
        else:
            at = next(e for e in at if all(e.get(k) == v for k, v in json.loads(name).items()))
    at.remove(item)
