"""A real Docker engine for tests: the one of DOCKER_HOST when it answers, else one of our own on a
private socket, with all its data in a temporary folder.

Test programs that run at the same time share one: the first starts it, the last one stops it."""
import atexit
import contextlib
import fcntl
import io
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import time
import unittest

IN_CI = os.environ.get("CI") == "true"
FOLDER = pathlib.Path(tempfile.gettempdir()) / f"pipectl-dockerd-{os.getuid()}"
USERS = FOLDER.with_suffix(".users")  # locked, shared, by each program that uses it
STARTING = FOLDER.with_suffix(".starting")  # locked by the one that starts or stops it
SOCKET = f"unix://{FOLDER}/docker.sock"
BUSYBOX = "pipectl-test/busybox:1"
SHELLS = ("sh", "ash", "cat", "echo", "env", "id", "kill", "ls", "mkdir", "nc", "httpd", "printf", "ps",
          "pwd", "rm", "sleep", "stat", "test", "touch", "true", "false", "wget", "seq", "dd", "tr")
MINUTE = 60


class NoEngine(Exception):
    pass


def docker(*args, host=None, check=True, data=None):
    """One call of the docker program; its stdout as text."""
    env = dict(os.environ, **({"DOCKER_HOST": host} if host else {}))
    done = subprocess.run(["docker", *map(str, args)], env=env, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=3 * MINUTE)
    if check and done.returncode != 0:
        raise RuntimeError(f"docker {args}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="replace").strip()


def answers(host):
    try:
        return docker("info", "--format", "{{.ServerVersion}}", host=host, check=False)[:1].isdigit()
    except (OSError, subprocess.TimeoutExpired):
        return False


class _Shared:
    """Our own engine, for as long as some program uses it. The files of the locks stay where they are: a
    lock that is removed locks nobody."""

    def __init__(self):
        self._users = open(USERS, "w")
        with self._starting():
            fcntl.flock(self._users, fcntl.LOCK_SH)
            if not answers(SOCKET):
                self._launch()
        atexit.register(self._leave)

    @staticmethod
    @contextlib.contextmanager
    def _starting():
        with open(STARTING, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _launch(self):
        if os.getuid() != 0:
            raise NoEngine("only root can start a Docker engine, and none answers")
        if shutil.which("dockerd") is None:
            raise NoEngine("dockerd is not installed (docker.io)")
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        with open(FOLDER / "log", "wb") as log:
            daemon = subprocess.Popen(
                ["dockerd", "-H", SOCKET, "--data-root", FOLDER / "data", "--exec-root",
                 FOLDER / "exec", "--pidfile", FOLDER / "pid"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 2 * MINUTE
        while not answers(SOCKET):
            if daemon.poll() is not None or time.monotonic() > deadline:
                daemon.kill()
                tail = (FOLDER / "log").read_text(errors="replace")[-2000:]
                raise NoEngine(f"dockerd did not start:\n{tail}")
            time.sleep(0.2)

    def _leave(self):
        with self._starting(), self._users:
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return  # somebody else uses it
            self._stop()

    @staticmethod
    def _stop():
        try:
            pid = int((FOLDER / "pid").read_text())
            os.kill(pid, 15)
            while pathlib.Path(f"/proc/{pid}").exists():
                if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                    break
                time.sleep(0.1)
        except (OSError, ValueError):
            pass
        shutil.rmtree(FOLDER, ignore_errors=True)


_engine = None


def engine():
    """DOCKER_HOST of an engine that answers. A build machine must have one; elsewhere, such as in a
    container without privileges, a test without one is skipped."""
    global _engine
    if _engine is None:
        given = os.environ.get("DOCKER_HOST", "")
        if given and answers(given):
            _engine = (given, None)
        else:
            try:
                _engine = (SOCKET, _Shared())
            except NoEngine as error:
                if IN_CI:
                    raise
                raise unittest.SkipTest(str(error)) from error
    return _engine[0]


def add_image(name, files=None, changes=(), links=SHELLS):
    """An image with a static busybox, made without a registry. `files` maps paths to (text, mode)."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for folder, mode in (("bin", 0o755), ("etc", 0o755), ("tmp", 0o1777), ("root", 0o700)):
            info = tarfile.TarInfo(folder)
            info.type, info.mode = tarfile.DIRTYPE, mode
            tar.addfile(info)
        if links:
            tar.add("/bin/busybox", "bin/busybox")
        for link in links:
            info = tarfile.TarInfo(f"bin/{link}")
            info.type, info.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(info)
        for path, (text, mode) in (files or {}).items():
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(text.encode()), mode
            tar.addfile(info, io.BytesIO(text.encode()))
    arguments = [part for change in changes for part in ("--change", change)]
    docker("import", *arguments, "-", name, host=engine(), data=data.getvalue())
    return name


def busybox():
    """A small image with a shell."""
    if not docker("image", "ls", "-q", BUSYBOX, host=engine()):
        add_image(BUSYBOX, changes=["ENV PATH=/bin"])
    return BUSYBOX


def things_of(run_id):
    """Containers, networks and volumes of a run that are still there."""
    found = []
    for listing in (("ps", "-a"), ("network", "ls"), ("volume", "ls")):
        found += docker(*listing, "-q", "--filter", f"label=dev.pipectl.run={run_id}",
                        host=engine()).split()
    return found
