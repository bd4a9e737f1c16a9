"""JSON patch, JSON merge patch, and the strategic merge patch of Kubernetes."""
import copy

from .errors import ApiError, bad_request

# The lists that a strategic merge patch merges by a key, by the field that holds them.
MERGE_KEYS = {
    "containers": "name", "initContainers": "name", "volumes": "name", "env": "name",
    "volumeMounts": "mountPath", "volumeDevices": "devicePath", "imagePullSecrets": "name",
    "hostAliases": "ip", "topologySpreadConstraints": "topologyKey", "conditions": "type",
    "ownerReferences": "uid", "secrets": "name", "podIPs": "ip",
}
PRIMITIVE_LISTS = {"finalizers"}


def merge_key(path):
    """The key of the list at `path` (names from the root), or None when it is replaced whole."""
    if path[-1] == "ports":
        return "containerPort" if "containers" in path or "initContainers" in path else (
            "port" if list(path) == ["spec", "ports"] else None)
    return MERGE_KEYS.get(path[-1])


def merge_patch(target, patch):
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = copy.deepcopy(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def strategic(target, patch, path=()):
    """Applies a strategic merge patch; `path` holds the names of the fields above."""
    if patch.get("$patch") == "replace":
        return {k: copy.deepcopy(v) for k, v in patch.items() if k != "$patch"}
    if patch.get("$patch") == "delete":
        return {}
    result = copy.deepcopy(target) if isinstance(target, dict) else {}
    if "$retainKeys" in patch:
        result = {k: v for k, v in result.items() if k in patch["$retainKeys"]}
    for key, value in patch.items():
        if not key.startswith("$"):
            _merge_field(result, key, value, [*path, key])
    for key, value in patch.items():
        if key.startswith("$deleteFromPrimitiveList/"):
            name = key.partition("/")[2]
            result[name] = [item for item in result.get(name) or [] if item not in value]
        elif key.startswith("$setElementOrder/"):
            _reorder(result, key.partition("/")[2], value, path)
    return result


def _merge_field(result, key, value, path):
    if value is None:
        result.pop(key, None)
    elif isinstance(value, dict):
        result[key] = strategic(result.get(key), value, path)
    elif isinstance(value, list) and merge_key(path):
        result[key] = _merge_list(result.get(key) or [], value, path)
    elif isinstance(value, list) and key in PRIMITIVE_LISTS:
        old = result.get(key) or []
        result[key] = old + [item for item in value if item not in old]
    else:
        result[key] = copy.deepcopy(value)


def _merge_list(old, patch, path):
    key = merge_key(path)
    if any(item == {"$patch": "replace"} for item in patch):
        return [copy.deepcopy(item) for item in patch if item != {"$patch": "replace"}]
    result = copy.deepcopy(old)
    for item in patch:
        if not isinstance(item, dict) or key not in item:
            raise bad_request(f"map: {item} does not contain declared merge key: {key}")
        at = next((i for i, have in enumerate(result) if have.get(key) == item[key]), None)
        if item.get("$patch") == "delete":
            if at is not None:
                del result[at]
        elif at is None:
            result.append(strategic({}, item, path))
        else:
            result[at] = strategic(result[at], item, path)
    return result


def _reorder(result, name, order, path):
    key = merge_key([*path, name])
    have = result.get(name)
    if not have:
        return
    ranks = {(o.get(key) if key else o): i for i, o in enumerate(order)}
    rank = lambda item: ranks.get(item.get(key) if key else item, len(ranks))
    result[name] = sorted(have, key=rank)


def json_patch(target, operations):
    root = {"": copy.deepcopy(target)}
    for operation in operations:
        names = [""] + [n.replace("~1", "/").replace("~0", "~")
                        for n in operation["path"].split("/")[1:]]
        _operate(root, names, operation)
    return root[""]


def _operate(root, names, operation):
    at = root
    try:
        for name in names[:-1]:
            at = at[int(name)] if isinstance(at, list) else at[name]
        last, kind = names[-1], operation["op"]
        if isinstance(at, list):
            last = len(at) if last == "-" else int(last)
        if kind == "test":
            if at[last] != operation.get("value"):
                raise KeyError(last)
        elif kind == "remove":
            del at[last]
        elif kind == "replace" or (kind == "add" and isinstance(at, dict)):
            if kind == "replace" and isinstance(at, dict) and last not in at:
                raise KeyError(last)
            at[last] = copy.deepcopy(operation["value"])
        elif kind == "add":
            at.insert(last, copy.deepcopy(operation["value"]))
        else:
            raise bad_request(f"Unexpected kind: {kind}")
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ApiError(422, "Invalid", "the server rejected our request due to an error in our "
                       f"request: {operation} ({error})") from error
