"""The four services: those that CATALOG_URL and the others name, else processes of their own."""
import os
import pathlib
import socket
import subprocess
import sys
import time

import httpx
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ("catalog", "users", "notifications", "orders")
PATIENCE_S = 90


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def start(service, port, environment):
    command = [sys.executable, "-m", "uvicorn", f"shop.{service}:create_app", "--factory"]
    return subprocess.Popen([*command, "--port", str(port)], cwd=ROOT, env=environment)


def until_healthy(url, process):
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            answer = httpx.get(url + "/health", timeout=5)
            if answer.status_code == 200:
                return
            said = answer.text
        except httpx.TransportError as error:
            said = str(error)
        assert process is None or process.poll() is None, f"{url} ended"
        assert time.monotonic() < end, f"{url} is not healthy: {said}"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def urls():
    given = {name: os.environ.get(f"{name.upper()}_URL") for name in SERVICES}
    processes = {}
    if not all(given.values()):
        ports = dict(zip(SERVICES, free_ports(len(SERVICES))))
        given = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        addresses = {f"{name.upper()}_URL": url for name, url in given.items()}
        environment = {**os.environ, **addresses}
        processes = {name: start(name, ports[name], environment) for name in SERVICES}
    try:
        for name, url in given.items():
            until_healthy(url, processes.get(name))
        yield given
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait()
