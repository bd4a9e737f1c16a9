"""How containers run: as processes of this host, each at an address of its own in 127.0.0.0/8, or as
real Docker containers."""
import itertools
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

PULL_FAILED = "ErrImagePull"


class ImageMissing(Exception):
    pass


class Running:
    """A started container. Safe to use from several threads."""

    def poll(self):
        """The exit code, or None."""
        raise NotImplementedError

    def terminate(self):
        raise NotImplementedError

    def kill(self):
        raise NotImplementedError

    def logs(self):
        raise NotImplementedError

    def execute(self, argv, timeout):
        """Exit code of a command inside."""
        raise NotImplementedError

    def discard(self):
        """Removes what is left of it."""


class ProcessRunner:
    """`images` maps an image to the argument vector of its process. A process listens on the address
    in $POD_IP. `sh` in an exec probe is the host's."""

    def __init__(self, images):
        self.images = dict(images)
        self._addresses = itertools.count(1)
        self._folder = tempfile.TemporaryDirectory(prefix="kube-logs-")

    def new_address(self):
        n = next(self._addresses)
        return f"127.{64 + os.getpid() % 128}.{n // 250}.{n % 250 + 1}"

    def start(self, pod, container, env, address):
        if container["image"] not in self.images:
            raise ImageMissing(f'failed to resolve reference "{container["image"]}": not found')
        argv = [*self.images[container["image"]]]
        if container.get("command"):
            argv = [*container["command"]]
        argv += container.get("args") or []
        uid = pod["metadata"]["uid"]
        log = pathlib.Path(self._folder.name) / f'{uid}-{container["name"]}.log'
        return _Process(argv, {"PATH": os.environ["PATH"], "POD_IP": address, **env}, log)

    def close(self):
        self._folder.cleanup()


class _Process(Running):
    def __init__(self, argv, env, log):
        self._log, self._env = log, env
        with open(log, "ab") as out:
            self._child = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=out,
                                           stderr=out, start_new_session=True)
        self.image_id = "process"

    def poll(self):
        code = self._child.poll()
        return 128 - code if code is not None and code < 0 else code

    def _signal(self, number):
        try:
            os.killpg(self._child.pid, number)
        except ProcessLookupError:
            pass

    def terminate(self):
        self._signal(signal.SIGTERM)

    def kill(self):
        self._signal(signal.SIGKILL)
        self._child.wait()

    def logs(self):
        return self._log.read_bytes()

    def execute(self, argv, timeout):
        try:
            return subprocess.run(argv, env=self._env, stdin=subprocess.DEVNULL, timeout=timeout,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        except (OSError, subprocess.TimeoutExpired):
            return 1


class DockerRunner:
    """Real containers of the engine at `host`. Only what is named by its digest is pulled, each time, with
    the logins of `config`."""

    def __init__(self, host, docker="docker", label="pipectl.test.kube", config=None):
        self.docker, self.label = [docker, "--host", host], f"{label}={os.getpid()}"
        self.docker += ["--config", str(config)] if config else []
        self._first = {}  # pod uid -> the container that owns the pod's network
        self._lock = threading.Lock()

    def call(self, *argv, **options):
        return subprocess.run([*self.docker, *argv], stdin=options.pop("stdin", subprocess.DEVNULL),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def new_address(self):
        return None  # the engine gives it

    def start(self, pod, container, env, _address):
        find = ("pull", "-q") if "@" in container["image"] else ("image", "inspect")
        if self.call(*find, container["image"]).returncode:
            raise ImageMissing(f'failed to resolve reference "{container["image"]}": not found')
        uid = pod["metadata"]["uid"]
        with self._lock:
            first = self._first.get(uid)
        argv = ["run", "-d", "--label", self.label]
        argv += ["--network", f"container:{first}"] if first else []
        for name, value in env.items():
            argv += ["-e", f"{name}={value}"]
        command = container.get("command") or []
        argv += ["--entrypoint", command[0]] if command else []
        done = self.call(*argv, container["image"], *command[1:], *(container.get("args") or []))
        if done.returncode:
            raise RuntimeError(done.stderr.decode().strip())
        started = _Container(self, done.stdout.decode().strip())
        with self._lock:
            self._first.setdefault(uid, started.id)
        return started

    def close(self):
        left = self.call("ps", "-aq", "--filter", f"label={self.label}").stdout.decode().split()
        if left:
            self.call("rm", "-f", *left)


class _Container(Running):
    def __init__(self, runner, ident):
        self._runner, self.id = runner, ident
        self.address = self._look("{{.NetworkSettings.IPAddress}}")
        self.image_id = self._look("{{.Image}}")

    def _look(self, form):
        return self._runner.call("inspect", "-f", form, self.id).stdout.decode().strip()

    def poll(self):
        running, _, code = self._look("{{.State.Running}} {{.State.ExitCode}}").partition(" ")
        return None if running == "true" else int(code or 137)

    def terminate(self):
        self._runner.call("kill", "--signal", "TERM", self.id)

    def kill(self):
        self._runner.call("kill", self.id)

    def logs(self):
        done = self._runner.call("logs", self.id)
        return done.stdout + done.stderr

    def execute(self, argv, timeout):
        try:
            return self._runner.call("exec", self.id, *argv, timeout=timeout).returncode
        except subprocess.TimeoutExpired:
            return 1

    def discard(self):
        self._runner.call("rm", "-f", self.id)
