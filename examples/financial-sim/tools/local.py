"""Deploys the API on this host: what Render does, as far as one machine can.

  local.py deploy ROOT --port PORT --version NAME   copies app/ and starts it
  local.py undo ROOT --port PORT                    goes back to the release before, or to none
  local.py stop ROOT                                stops what runs

A release is its code and its settings: ROOT/releases/NAME/app and ROOT/releases/NAME/settings.json.
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

SETTINGS = ("MONGO_URL", "REDIS_URL", "REQUIRED", "MEMORY_LIMIT_MB", "SLOWEST_MS")
START_PATIENCE_S = 60
STOP_PATIENCE_S = 10


def read(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


def runs(pid, root):
    """Whether this process is a release of ours: a pid may have gone to somebody else."""
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        state = read(pathlib.Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z" and any(w.startswith(os.fsencode(root / "releases")) for w in words)


def stop(root):
    """Ends what runs: first politely, then not."""
    pid = int(read(root / "pid") or 0)
    end = time.monotonic() + STOP_PATIENCE_S
    if pid and runs(pid, root):
        os.kill(pid, signal.SIGTERM)
    while pid and runs(pid, root):
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    (root / "pid").unlink(missing_ok=True)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(root, release, port):
    """Starts a release that outlives this process; returns when it listens."""
    if listens(port):
        sys.exit(f"port {port} is in use: give another one with -p port=NUMBER")
    # A session of its own and nothing of the run: pipectl ends what a run leaves behind.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PIPECTL_")}
    environment.update(json.loads(read(release / "settings.json")), VERSION=release.name)
    command = [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)]
    with open(root / "log", "wb") as log:
        process = subprocess.Popen(
            [*command, "--app-dir", str(release)],
            cwd=release,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (root / "pid").write_text(str(process.pid), encoding="utf-8")
    end = time.monotonic() + START_PATIENCE_S
    while not listens(port):
        if process.poll() is not None or time.monotonic() > end:
            sys.exit(f"{release.name} did not start:\n{read(root / 'log')[-2000:]}")
        time.sleep(0.05)
    print(f"{release.name} listens on port {port}")


def deploy(root, port, version):
    """Makes the working tree the current release. Doing it again changes only the process."""
    release = root / "releases" / version
    release.mkdir(parents=True, exist_ok=True)
    shutil.copytree("app", release / "app", dirs_exist_ok=True)
    settings = {name: os.environ[name] for name in SETTINGS if name in os.environ}
    (release / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    current = read(root / "current")
    if current != version:
        (root / "previous").write_text(current, encoding="utf-8")
    (root / "current").write_text(version, encoding="utf-8")
    stop(root)
    start(root, release, port)


def undo(root, port):
    """Goes back to the release before. Doing it again goes no further back."""
    stop(root)
    previous = read(root / "previous")
    (root / "current").write_text(previous, encoding="utf-8")
    if not previous:
        print("there is no release before this one: nothing runs")
        return
    print(f"back to {previous}")
    start(root, root / "releases" / previous, port)


def main():
    parser = argparse.ArgumentParser(prog="local.py")
    parser.add_argument("command", choices=("deploy", "undo", "stop"))
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--version", default="dev")
    options = parser.parse_args()
    root = options.root.resolve()
    root.mkdir(parents=True, exist_ok=True)
    if options.command == "deploy":
        deploy(root, options.port, options.version)
    elif options.command == "undo":
        undo(root, options.port)
    else:
        stop(root)


if __name__ == "__main__":
    main()
