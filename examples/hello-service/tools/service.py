"""Deploys a release on this host: a folder for each, a link to the current one, one process.

  service.py free-port                             prints a port that nobody uses
  service.py deploy ROOT RELEASE.pyz --port PORT   makes it the current release and starts it
  service.py undo ROOT --port PORT                 goes back to the release before, or to none
  service.py stop ROOT                             stops what runs; stopping twice does no harm

ROOT/releases/NAME/hello.pyz   what was deployed
ROOT/current, ROOT/previous    links into releases/
ROOT/service.pid, service.log  the process that runs"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import time

STOP_PATIENCE_S = 10
# Below the ports that the kernel hands out by itself: nobody gets one of these by accident.
PORTS = range(20000, 32000)


def free_port():
    """A port of the loopback interface that is free at this moment."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    sys.exit("no port is free")


def point(link, target):
    """Makes the link point to the target in one step; None removes it."""
    if target is None:
        link.unlink(missing_ok=True)
        return
    new = link.with_name(link.name + ".new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


def target_of(link):
    """Where the link points to, or None."""
    return pathlib.Path(os.readlink(link)) if link.is_symlink() else None


def is_ours(pid, root):
    """Whether this process runs a release of ours: a pid may have gone to somebody else."""
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    if state.rsplit(")", 1)[1].split()[0] == "Z":
        return False  # ended, and only not collected yet
    return any(word.startswith(os.fsencode(root / "releases")) for word in words)


def stop(root):
    """Ends the process: first politely, then not."""
    pid_file = root / "service.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text(encoding="utf-8"))
    end = time.monotonic() + STOP_PATIENCE_S
    if is_ours(pid, root):
        os.kill(pid, signal.SIGTERM)
    while is_ours(pid, root):
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    pid_file.unlink()
    print(f"stopped process {pid}")


def start(root, port):
    """Starts the current release as a process that outlives this one; returns when it listens."""
    release = (root / "current").resolve() / "hello.pyz"
    # A session of its own, and nothing of the run in its environment: pipectl ends what a stage
    # leaves behind, and what carries the run's id when the run is resumed.
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("PIPECTL_") and name != "MAKEFLAGS"}
    reader, writer = os.pipe()
    with open(root / "service.log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(release), "--port", str(port), "--ready-fd", str(writer)],
            env=environment, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, pass_fds=[writer])
    os.close(writer)
    (root / "service.pid").write_text(str(process.pid), encoding="utf-8")
    with open(reader, "rb") as said:
        if not said.read():  # ended without a word
            sys.exit(f"the release does not listen on port {port}: see {root / 'service.log'}")
    print(f"started process {process.pid} on port {port}")


def deploy(root, archive, port):
    """Makes the archive the current release. Doing it again changes nothing but the process."""
    name = archive.stem
    release = root / "releases" / name
    release.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(archive, release / "hello.pyz")
    current = target_of(root / "current")
    if current is not None and current.name != name:
        point(root / "previous", current)
    point(root / "current", pathlib.Path("releases") / name)
    stop(root)
    start(root, port)


def undo(root, port):
    """Goes back to the release before. Doing it again goes no further back."""
    stop(root)
    previous = target_of(root / "previous")
    if previous is None or not (root / previous).is_dir():
        point(root / "current", None)
        print("there is no release before this one: nothing runs")
        return
    point(root / "current", previous)
    print(f"back to {previous.name}")
    start(root, port)


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="service.py")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("free-port")
    for name in ("deploy", "undo", "stop"):
        command = commands.add_parser(name)
        command.add_argument("root", type=pathlib.Path)
        if name == "deploy":
            command.add_argument("archive", type=pathlib.Path)
        if name != "stop":
            command.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    if options.command == "free-port":
        print(free_port())
        return
    root = options.root.resolve()
    root.mkdir(parents=True, exist_ok=True)
    if options.command == "deploy":
        deploy(root, options.archive, options.port)
    elif options.command == "undo":
        undo(root, options.port)
    else:
        stop(root)


if __name__ == "__main__":
    main()
