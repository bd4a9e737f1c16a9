"""What goes wrong on purpose."""
import re
import threading
from dataclasses import dataclass


@dataclass
class Fault:
    method: str
    path: str
    times: int  # how often it still strikes; -1: for ever
    code: int = 0
    hang: bool = False
    retry_after: int = 0
    watch_events: int = -1  # a watch is cut after so many


class Faults:
    def __init__(self):
        self._lock = threading.Lock()
        self._rules = []
        self.released = threading.Event()  # ends what hangs

    def answer(self, code, path=".*", method=".*", times=-1, retry_after=0):
        """A request whose path matches is answered with this status instead."""
        return self._add(Fault(method, path, times, code=code, retry_after=retry_after))

    def hang(self, path=".*", method=".*", times=-1):
        """It is taken and never answered."""
        return self._add(Fault(method, path, times, hang=True))

    def cut_watches(self, after=1, path=".*", times=-1):
        """The connection of a watch breaks after so many events."""
        return self._add(Fault("GET", path, times, watch_events=after))

    def remove(self, fault):
        with self._lock:
            self._rules = [rule for rule in self._rules if rule is not fault]

    def clear(self):
        with self._lock:
            self._rules = []

    def _add(self, fault):
        with self._lock:
            self._rules.append(fault)
        return fault

    def strike(self, method, path, watch):
        with self._lock:
            for rule in self._rules:
                if rule.times != 0 and (watch or rule.watch_events < 0) and \
                        re.fullmatch(rule.method, method) and re.search(rule.path, path):
                    rule.times -= 1 if rule.times > 0 else 0
                    return rule
        return None
