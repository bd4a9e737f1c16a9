import os
import pathlib
import socket
import subprocess
import sys
import time

import httpx
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_PATIENCE_S = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until_it_answers(client, process):
    end = time.monotonic() + START_PATIENCE_S
    while True:
        try:
            return client.get("/health").raise_for_status()
        except httpx.TransportError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.05)


@pytest.fixture(scope="session")
def api():
    """The real server with what MONGO_URL and REDIS_URL name, or without."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        try:
            until_it_answers(client, process)
            yield client
        finally:
            process.terminate()
            process.wait()


def pytest_runtest_setup(item):
    for marker, variable in (("cache", "REDIS_URL"), ("database", "MONGO_URL")):
        if item.get_closest_marker(marker) and not os.environ.get(variable):
            pytest.skip(f"{variable} is not set")
