"""A steady stream of requests to a service of the double, and what became of each of them."""
import collections
import http.client
import json
import math
import os
import threading
import time

from kube_harness import Caller
from kube.services import FROM_A_NODE

Answer = collections.namedtuple("Answer", "begun ended status version pod error", defaults=[None])
CLIENTS = 4


class Traffic:
    """`rate` requests a second from several clients, due at fixed moments: a slow answer makes the next
    one late, and takes none away. A context manager; afterwards `answers` holds every one by its begin."""

    def __init__(self, cluster, namespace="default", service="app:80", rate=40):
        self._cluster, self._where = cluster, (namespace, service.partition(":")[0])
        self._caller = Caller(cluster, namespace, service, {FROM_A_NODE: "yes"})
        self._interval = 1 / rate
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(CLIENTS)]
        self.answers = []

    def _run(self, turn):
        connection, answers = self._caller.connect(), []
        due = self.begun + turn * self._interval
        while not self._stopped.wait(max(0.0, due - time.monotonic())):
            due += CLIENTS * self._interval
            begun = time.monotonic()
            try:
                status, body = self._caller.ask("/", connection)
            except (OSError, http.client.HTTPException, ValueError) as error:
                status, body = 0, {"error": str(error)}
                connection.close()
                connection = self._caller.connect()
            answers.append(Answer(begun, time.monotonic(), status, body.get("version"), body.get("pod"),
                                  body.get("error") or body.get("message")))
        connection.close()
        self.answers += answers

    def __enter__(self):
        self._settle()
        self.begun = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def _settle(self):
        """Until the nodes have heard where the service leads: a deploy before this one may have ended
        within the lag, and what its last moment costs is not what is measured here."""
        store = self._cluster.store
        known = store.endpoints[self._where][-1][0] + store.endpoint_lag
        time.sleep(max(0.0, known - time.monotonic()))

    def __exit__(self, *_):
        self._stopped.set()
        for thread in self._threads:
            thread.join(60)
        self.answers.sort()

    # -- what became of them

    @property
    def failed(self):
        return [answer for answer in self.answers if answer.status != 200]

    def by_second(self):
        """For each second how many were answered by which version; None is a failure."""
        seconds = collections.defaultdict(collections.Counter)
        for answer in self.answers:
            seconds[int(answer.begun - self.begun)][answer.version if answer.status == 200 else None] += 1
        return [dict(seconds[n]) for n in range(max(seconds, default=-1) + 1)]

    def of(self, version):
        return [answer for answer in self.answers if answer.version == version]

    def fewest_ready(self):
        """The smallest number of pods that the service ever had meanwhile."""
        told = self._cluster.store.endpoints[self._where]
        first = max(0, sum(since <= self.begun for since, _ in told) - 1)
        last = max(answer.ended for answer in self.answers)
        return min(len(addresses(subsets)) for since, subsets in told[first:] if since <= last)

    def shares(self, version):
        """[(share of the pods, share of the answers, how many)] of a version, for each time during which
        the service led to the same pods."""
        versions = {answer.pod: answer.version for answer in self.answers if answer.pod}
        lag = self._cluster.store.endpoint_lag
        told = [(since + lag, subsets) for since, subsets in self._cluster.store.endpoints[self._where]]
        found = []
        for (since, subsets), until in zip(told, [time for time, _ in told[1:]] + [math.inf]):
            inside = [a for a in self.answers if a.begun >= since and a.ended <= until]
            pods = [versions.get(pod) for pod in addresses(subsets)]
            if inside and pods and None not in pods:
                found.append((pods.count(version) / len(pods),
                              sum(a.version == version for a in inside) / len(inside), len(inside)))
        return found

    def note(self, name):
        """Writes the numbers down where somebody asked for them."""
        where = os.environ.get("PIPECTL_MEASURED")
        if where:
            bad = [a.begun for a in self.failed]
            with open(where, "a", encoding="utf-8") as file:
                file.write(json.dumps({
                    "name": name, "requests": len(self.answers), "failed": len(bad),
                    "failing_s": round(max(bad) - min(bad), 1) if bad else 0,
                    "seconds": round(self.answers[-1].ended - self.begun, 1),
                    "fewest_ready": self.fewest_ready(), "by_second": self.by_second(),
                    "shares": self.shares("v2")}) + "\n")


def addresses(subsets):
    return [address["ip"] for subset in subsets for address in subset.get("addresses") or []]


def is_about(expected, seen, count):
    """Whether this share of `count` answers is one that chance allows (four standard deviations)."""
    return abs(seen - expected) <= 4 * math.sqrt(expected * (1 - expected) / count) + 1 / count
