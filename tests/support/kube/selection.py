"""Label and field selectors, of objects and of queries."""
import re

from .errors import bad_request


def labels_of(obj):
    return obj["metadata"].get("labels") or {}


def matches(selector, labels):
    """A LabelSelector (matchLabels, matchExpressions)."""
    if any(labels.get(k) != v for k, v in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_holds(e["key"], e["operator"], e.get("values") or [], labels)
               for e in selector.get("matchExpressions") or [])


def _holds(key, operator, values, labels):
    if operator in ("In", "NotIn"):
        return (labels.get(key) in values) == (operator == "In")
    return (key in labels) == (operator == "Exists")


def parse_labels(text):
    """`a=b,c!=d,e,!f,g in (h,i)` -> a predicate over labels."""
    terms = [_term(t.strip()) for t in re.split(r",(?![^(]*\))", text or "") if t.strip()]
    return lambda labels: all(_holds(*term, labels) for term in terms)


def _term(text):
    if found := re.fullmatch(r"(\S+)\s+(in|notin)\s+\(([^)]*)\)", text):
        values = [v.strip() for v in found[3].split(",")]
        return found[1], "In" if found[2] == "in" else "NotIn", values
    if found := re.fullmatch(r"([^!=\s]+)\s*(!=|==|=)\s*(\S*)", text):
        return found[1], "NotIn" if found[2] == "!=" else "In", [found[3]]
    if text.startswith("!"):
        return text[1:], "DoesNotExist", []
    if re.fullmatch(r"[\w./-]+", text):
        return text, "Exists", []
    raise bad_request(f"unable to parse requirement: {text}")


FIELDS = {"metadata.name", "metadata.namespace", "metadata.uid", "status.phase", "spec.nodeName",
          "type"}


def parse_fields(text):
    terms = []
    for part in filter(None, (text or "").split(",")):
        key, operator, value = re.fullmatch(r"([^!=]+)(!=|==|=)(.*)", part).groups()
        if key not in FIELDS:
            raise bad_request(f"field label not supported: {key}")
        terms.append((key.split("."), operator == "!=", value))

    def found(obj):
        for path, negated, value in terms:
            at = obj
            for name in path:
                at = at.get(name, {}) if isinstance(at, dict) else {}
            if ((at or "") == value) == negated:
                return False
        return True
    return found
