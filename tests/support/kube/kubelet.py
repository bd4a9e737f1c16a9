"""The node: starts the containers of pods, asks their probes, restarts and ends them."""
import base64
import threading
import time

from .errors import ApiError
from .kinds import BY_KIND
from .probes import Watchdog
from .runners import ImageMissing
from .store import now

POD = BY_KIND["Pod"]
STEP = 0.05


class Kubelet(threading.Thread):
    """Gives every pod a worker of its own."""

    def __init__(self, store, runner, controllers, problem):
        super().__init__(name="kubelet", daemon=True)
        self.problem = problem  # is told of bugs
        self.store, self.runner, self.controllers = store, runner, controllers
        self.stopped = threading.Event()
        self.workers = {}

    def run(self):
        version = 0
        while not self.stopped.is_set():
            for pod in self.store.list(POD):
                uid = pod["metadata"]["uid"]
                if uid not in self.workers:
                    self.workers[uid] = Worker(self, pod)
                    self.workers[uid].start()
            version = self.store.wait(version, 0.5)

    def worker(self, pod):
        return self.workers.get(pod["metadata"]["uid"])

    def stop(self):
        self.stopped.set()
        self.join(10)
        for worker in list(self.workers.values()):
            worker.join(20)


class Container:
    """One container of a pod and what is known of it."""

    def __init__(self, spec):
        self.spec, self.running, self.restarts = spec, None, 0
        self.last_log = None  # of the run before this one
        self.state = {"waiting": {"reason": "ContainerCreating"}}
        self.ready = False
        self.readiness = self.liveness = self.startup = None
        self.retry_at = 0.0

    def started(self, running):
        self.running = running
        self.state = {"running": {"startedAt": now()}}
        self.readiness = Watchdog(self.spec.get("readinessProbe"), self.spec, False)
        self.liveness = Watchdog(self.spec.get("livenessProbe"), self.spec, True)
        self.startup = Watchdog(self.spec.get("startupProbe"), self.spec, False)

    def status(self):
        running = self.running is not None and "running" in self.state
        return {"name": self.spec["name"], "image": self.spec["image"], "ready": self.ready,
                "imageID": getattr(self.running, "image_id", ""), "restartCount": self.restarts,
                "started": running, "state": self.state}


class Worker(threading.Thread):
    def __init__(self, kubelet, pod):
        super().__init__(name=f'pod {pod["metadata"]["name"]}', daemon=True)
        self.kubelet, self.store, self.pod = kubelet, kubelet.store, pod
        self.address = kubelet.runner.new_address()
        self.containers = [Container(c) for c in pod["spec"]["containers"]]
        self.begun = now()

    # -- life

    def run(self):
        try:
            self._initialise()
            while not self._leaving():
                for container in self.containers:
                    self._tend(container)
                self._report()
                if self._over():
                    break
                time.sleep(STEP)
            self._await_deletion()
        except ApiError:
            pass  # removed at once, without grace
        except Exception as problem:
            self.kubelet.problem(problem)
        finally:
            self._end()

    def _current(self):
        found = self.store.find(POD, self.pod["metadata"]["namespace"], self.pod["metadata"]["name"])
        return found if found and found["metadata"]["uid"] == self.pod["metadata"]["uid"] else None

    def _leaving(self):
        pod = self._current()
        if pod is None or self.kubelet.stopped.is_set():
            return True
        self.pod = pod
        return "deletionTimestamp" in pod["metadata"]

    def _initialise(self):
        for spec in self.pod["spec"].get("initContainers") or []:
            container = Container(spec)
            while not self._leaving() and container.state.get("terminated", {}).get("exitCode") != 0:
                self._tend(container, restart=True)
                time.sleep(STEP)

    def _tend(self, container, restart=None):
        if container.running is None:
            if time.monotonic() >= container.retry_at and "terminated" not in container.state:
                self._start(container)
            return
        code = container.running.poll()
        if code is not None:
            self._ended(container, code, restart)
            return
        container.startup.look(self.address, container.running)
        if container.startup.state:
            container.readiness.look(self.address, container.running)
            container.liveness.look(self.address, container.running)
        container.ready = bool(container.startup.state and container.readiness.state)
        if not container.liveness.state:
            container.running.kill()

    def _start(self, container):
        try:
            env = environment(self.store, self.pod, container.spec, self.address)
            container.started(self.kubelet.runner.start(self.pod, container.spec, env, self.address))
            self.address = getattr(container.running, "address", None) or self.address
        except (ImageMissing, ApiError, RuntimeError, OSError) as error:
            reason = "CreateContainerError"
            if isinstance(error, ImageMissing):
                again = container.state.get("waiting", {}).get("reason") == "ErrImagePull"
                reason = "ImagePullBackOff" if again else "ErrImagePull"
            elif isinstance(error, ApiError):
                reason = "CreateContainerConfigError"
            container.state = {"waiting": {"reason": reason, "message": str(error)}}
            container.retry_at = time.monotonic() + 0.5

    def _ended(self, container, code, restart):
        policy = self.pod["spec"].get("restartPolicy", "Always")
        again = policy == "Always" or (policy == "OnFailure" and code != 0)
        if restart is not None:
            again = code != 0
        container.ready = False
        ended = {"exitCode": code, "reason": "Completed" if code == 0 else "Error", "finishedAt": now()}
        if again:
            container.last_log = container.running.logs()
            container.running.discard()
            container.running = None
            container.restarts += 1
            container.retry_at = time.monotonic() + min(10, 0.5 * 2 ** container.restarts)
            container.state = {"waiting": {"reason": "CrashLoopBackOff",
                                           "message": "back-off restarting failed container"}}
        elif "terminated" not in container.state:
            container.state = {"terminated": ended}

    def _over(self):
        return all("terminated" in c.state for c in self.containers)

    def _await_deletion(self):
        version = 0
        while not self._leaving():
            version = self.store.wait(version, 1)

    def _end(self):
        pod = self._current()
        grace = 0 if pod is None or self.kubelet.stopped.is_set() else \
            pod["metadata"].get("deletionGracePeriodSeconds", 0)
        if grace:  # a node hears of it when the controllers do: then nothing is sent here any more
            self.kubelet.controllers.await_seen(int(pod["metadata"]["resourceVersion"]))
            self._pre_stop()
        self._stop_all(time.monotonic() + grace)
        if pod is not None and not self.kubelet.stopped.is_set():
            self.store.remove(POD, pod["metadata"]["namespace"], pod["metadata"]["name"])

    def _pre_stop(self):
        for container in self.containers:
            hook = (container.spec.get("lifecycle") or {}).get("preStop") or {}
            if "sleep" in hook:
                time.sleep(hook["sleep"]["seconds"])
            elif "exec" in hook and container.running is not None:
                container.running.execute(hook["exec"]["command"], 30)

    def _stop_all(self, deadline):
        alive = [c.running for c in self.containers if c.running is not None]
        for running in alive:
            running.terminate()
        while any(r.poll() is None for r in alive) and time.monotonic() < deadline:
            time.sleep(STEP)
        for running in alive:
            if running.poll() is None:
                running.kill()
            running.discard()

    # -- telling

    def _report(self):
        phase = "Running" if all(c.running is not None for c in self.containers) else "Pending"
        if self.pod["status"].get("phase") == "Running":
            phase = "Running"
        if self._over():
            codes = [c.state["terminated"]["exitCode"] for c in self.containers]
            phase = "Failed" if any(codes) else "Succeeded"
        ready = phase == "Running" and all(c.ready for c in self.containers)
        status = {"phase": phase, "conditions": self._conditions(ready), "startTime": self.begun,
                  "hostIP": "127.0.0.1", "qosClass": "BestEffort",
                  "containerStatuses": [c.status() for c in self.containers]}
        if self.address and phase != "Pending":
            status |= {"podIP": self.address, "podIPs": [{"ip": self.address}]}
        if status != self.pod["status"]:
            def mutate(obj):
                obj["status"] = status
                obj["spec"]["nodeName"] = "node-1"
            meta = self.pod["metadata"]
            self.store.change(POD, meta["namespace"], meta["name"], mutate)

    def _conditions(self, ready):
        had = {c["type"]: c for c in self.pod["status"].get("conditions") or []}
        values = {"PodScheduled": True, "Initialized": True, "ContainersReady": ready, "Ready": ready}
        found = []
        for kind, value in values.items():
            text = "True" if value else "False"
            same = kind in had and had[kind]["status"] == text
            found.append({"type": kind, "status": text, "lastProbeTime": None,
                          "lastTransitionTime": had[kind]["lastTransitionTime"] if same else now()})
        return found


def environment(store, pod, container, address):
    """The variables of a container, those from config maps, secrets and the pod's own fields too."""
    namespace = pod["metadata"]["namespace"]
    env = {}

    def data_of(source, kind):
        obj = store.find(BY_KIND[kind], namespace, source["name"])
        if obj is None and not source.get("optional"):
            store.get(BY_KIND[kind], namespace, source["name"])
        data = (obj or {}).get("data") or {}
        return {k: base64.b64decode(v).decode() for k, v in data.items()} if kind == "Secret" else data

    for source in container.get("envFrom") or []:
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if field in source:
                env |= {source.get("prefix", "") + k: v for k, v in data_of(source[field], kind).items()}
    for entry in container.get("env") or []:
        source = entry.get("valueFrom") or {}
        if "fieldRef" in source:
            path = source["fieldRef"]["fieldPath"]
            env[entry["name"]] = {"metadata.name": pod["metadata"]["name"], "status.podIP": address,
                                  "metadata.namespace": namespace}.get(path, "") or ""
        elif source:
            field, kind = (("secretKeyRef", "Secret") if "secretKeyRef" in source
                           else ("configMapKeyRef", "ConfigMap"))
            env[entry["name"]] = data_of(source[field], kind).get(source[field]["key"], "")
        else:
            env[entry["name"]] = str(entry.get("value", ""))
    return env
