"""Readiness and liveness, really asked."""
import http.client
import socket
import time


def port_number(container, port):
    if isinstance(port, int) or str(port).isdigit():
        return int(port)
    return next(p["containerPort"] for p in container["ports"] if p.get("name") == port)


def succeeds(probe, container, address, running):
    timeout = probe.get("timeoutSeconds", 1)
    try:
        if "httpGet" in probe:
            return _http(probe["httpGet"], container, address, timeout)
        if "tcpSocket" in probe:
            port = port_number(container, probe["tcpSocket"]["port"])
            socket.create_connection((address, port), timeout).close()
            return True
        return running.execute(probe["exec"]["command"], timeout) == 0
    except (OSError, http.client.HTTPException):
        return False


def _http(get, container, address, timeout):
    connection = http.client.HTTPConnection(address, port_number(container, get["port"]),
                                            timeout=timeout)
    try:
        headers = {h["name"]: h["value"] for h in get.get("httpHeaders") or []}
        connection.request("GET", get.get("path", "/"),
                           headers={"User-Agent": "kube-probe/1.32", "Connection": "close"} | headers)
        return 200 <= connection.getresponse().status < 400
    finally:
        connection.close()


class Watchdog:
    """One probe of one container over time. `state` is None until the thresholds say something."""

    def __init__(self, probe, container, initially):
        self._probe, self._container = probe, container
        self.state = initially if probe else True
        self._streak, self._last = 0, None
        self._next = time.monotonic() + (probe or {}).get("initialDelaySeconds", 0)

    def look(self, address, running):
        if not self._probe or time.monotonic() < self._next:
            return
        good = succeeds(self._probe, self._container, address, running)
        self._next = time.monotonic() + self._probe.get("periodSeconds", 10)
        self._streak = self._streak + 1 if good == self._last else 1
        self._last = good
        limit = self._probe.get("successThreshold" if good else "failureThreshold", 1)
        if self._streak >= limit:
            self.state = good
