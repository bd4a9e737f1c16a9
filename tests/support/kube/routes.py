"""From a request line to what it means."""
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from .errors import NotCovered
from .kinds import BY_PATH

KNOWN_QUERY = {
    "allowWatchBookmarks", "container", "continue", "dryRun", "fieldManager", "fieldSelector",
    "fieldValidation", "follow", "force", "gracePeriodSeconds", "hash", "labelSelector", "limit",
    "pretty", "propagationPolicy", "resourceVersion", "resourceVersionMatch", "tailLines", "timeout",
    "timeoutSeconds", "timestamps", "watch"}
RESOURCE = re.compile(r"/(?:api|apis/(?P<group>[^/]+))/(?P<version>v[^/]+)"
                      r"(?:/namespaces/(?P<namespace>[^/]+)(?=/))?"
                      r"/(?P<plural>[a-z]+)(?:/(?P<name>[^/]+)(?:/(?P<sub>[a-z]+)(?P<rest>/.*)?)?)?")


@dataclass
class Options:
    """What a request wants beside the object."""
    query: dict
    manager: str
    content_type: str = ""
    applied: bool = False

    @property
    def dry(self):
        return self.query.get("dryRun") == "All"


@dataclass
class Route:
    kind: object
    namespace: str
    name: str
    sub: str
    rest: str
    query: dict = field(default_factory=dict)


def query_of(target, proxied):
    query = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
    unknown = set(query) - KNOWN_QUERY
    if unknown and not proxied:
        raise NotCovered(f"query {sorted(unknown)}")
    return query


def parse(target):
    """The route of a resource; NotCovered when there is none."""
    path = urlsplit(target).path
    found = RESOURCE.fullmatch(path)
    namespace = name = ""
    if found:
        name, namespace = unquote(found["name"] or ""), found["namespace"] or ""
        kind = BY_PATH.get((found["group"] or "", found["version"], found["plural"]))
        if kind and (not found["sub"] or found["sub"] in kind.subresources):
            proxied = found["sub"] == "proxy"
            return Route(kind, namespace, name, found["sub"] or "", found["rest"] or "",
                         query_of(target, proxied))
    raise NotCovered(f"path {path}")
