"""The one loop that runs every controller after every change."""
import threading
import traceback

from . import deployments, services, sets, workloads

TICK = 0.2  # for what only time changes: deadlines, minReadySeconds


class Controllers(threading.Thread):
    def __init__(self, store):
        super().__init__(name="controllers", daemon=True)
        self._store = store
        self._stopped = False
        self.problems = []
        self._seen = threading.Condition()
        self.observed = 0  # every change up to this version has been acted on

    def run(self):
        while not self._stopped:
            version = self._store.version
            try:
                for part in (deployments, workloads, sets, services):
                    part.reconcile(self._store)
            except Exception:  # a bug of the double must fail the test, not hang it
                self.problems.append(traceback.format_exc())
            with self._seen:
                self.observed = version
                self._seen.notify_all()
            if self._store.version == version:
                self._store.wait(version, TICK)

    def await_seen(self, version, timeout=10):
        with self._seen:
            self._seen.wait_for(lambda: self.observed >= version, timeout)

    def stop(self):
        self._stopped = True
        self.join(10)
