"""Answers that go on: watches of lists, and logs that are followed."""
import copy
import json
import time

from .errors import ApiError


class Chunks:
    """A response of unknown length."""

    def __init__(self, handler, content_type):
        self._out = handler.wfile
        handler.send_response(200)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()

    def write(self, data):
        self._out.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self._out.flush()

    def end(self):
        self._out.write(b"0\r\n\r\n")


def serve(handler, route, wanted, cut_after):
    """Every change from the wanted version on; with none, first what there is now."""
    store, stopping = handler.server.cluster.store, handler.server.stopping
    version, first = _beginning(store, route)
    end = time.monotonic() + float(route.query.get("timeoutSeconds", 3600))
    out = Chunks(handler, "application/json")
    queue = [("ADDED", obj) for obj in filter(wanted, first)]
    while not stopping.is_set() and time.monotonic() < end:
        for kind, obj in queue:
            if cut_after == 0:
                handler._reset()
                return
            out.write(json.dumps({"type": kind, "object": obj}).encode() + b"\n")
            cut_after -= 1
        news = store.since(version)
        if not news:
            store.wait(version, 0.5)
            news = store.since(version)
        version = news[-1].version if news else version
        queue = list(filter(None, (_told(event, route, wanted) for event in news)))
    out.end()


def _beginning(store, route):
    asked = route.query.get("resourceVersion", "")
    with store.changed:
        if asked in ("", "0"):
            return store.version, store.list(route.kind, route.namespace)
        if int(asked) < 1000:
            raise ApiError(410, "Expired", f"too old resource version: {asked}")
        return int(asked), []


def _told(event, route, wanted):
    """What a watcher sees of a change: an object may enter or leave what it selects."""
    if event.kind is not route.kind:
        return None
    some = event.after or event.before
    if route.namespace and some["metadata"].get("namespace") != route.namespace:
        return None
    was = event.before is not None and wanted(event.before)
    now = event.after is not None and wanted(event.after)
    if now:
        return ("MODIFIED" if was else "ADDED"), event.after
    if not was:
        return None
    gone = copy.deepcopy(event.before)
    gone["metadata"]["resourceVersion"] = str(event.version)
    return "DELETED", gone


def follow_logs(handler, pod, container):
    cluster = handler.server.cluster
    out, sent = Chunks(handler, "text/plain"), 0
    while not handler.server.stopping.is_set():
        over = cluster.is_over(pod)
        data = cluster.logs(pod, container)
        if len(data) > sent:
            out.write(data[sent:])
            sent = len(data)
        if over:
            break
        time.sleep(0.1)
    out.end()
