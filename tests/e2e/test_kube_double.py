"""The double of Kubernetes itself, asked by the real kubectl."""
import json
import os
import subprocess

from harness import main
from kube_harness import KUBECTL, KubeTest, Load


def document(kind, name, api="v1", **fields):
    return json.dumps({"apiVersion": api, "kind": kind, "metadata": {"name": name}, **fields})


class Rollouts(KubeTest):
    special_images = {"broken": ["--never-ready"]}

    def test_rolls_without_a_failed_request_and_back(self):
        self.roll_out()
        self.assertEqual((200, "hello"), (self.ask()[0], self.ask()[1]["env"]))
        with Load(self.cluster) as load:
            self.roll_out(image="app:v2")
            self.kubectl("rollout", "undo", "deployment/app")
            self.kubectl("rollout", "status", "deployment/app", "--timeout=60s")
        self.assertEqual([], load.failed)
        self.assertEqual({"v1", "v2"}, set(load.versions))
        self.assertEqual("v1", self.ask()[1]["version"])
        history = self.kubectl("rollout", "history", "deployment/app")
        self.assertEqual(["2", "3"], [line.split()[0] for line in history.splitlines()[2:] if line])

    def test_surge_and_unavailable_hold_at_every_moment(self):
        self.roll_out()
        self.roll_out(image="app:v2")
        for event in self.cluster.store.events:
            if event.kind.kind == "Deployment" and event.after and event.before:
                status = event.after["status"]
                self.assertLessEqual(status.get("replicas", 0), 4)
        sizes = [e.after["status"].get("availableReplicas", 0) for e in self.cluster.store.events
                 if e.kind.kind == "Deployment" and e.after]
        self.assertEqual((3, 4), (min(sizes[sizes.index(3):]), max(sizes)))

    def test_deadline_of_an_image_that_never_gets_ready(self):
        self.roll_out()
        self.kubectl("apply", "-f", "-", text=self.manifest(image="app:broken", deadline=2))
        text = self.kubectl("rollout", "status", "deployment/app", "--timeout=60s", code=1)
        self.assertIn("exceeded its progress deadline", text)
        self.assertEqual("v1", self.ask()[1]["version"])
        self.kubectl("rollout", "undo", "deployment/app")
        self.kubectl("rollout", "status", "deployment/app", "--timeout=60s")
        self.assertEqual(["app:v1"] * 3, [p["spec"]["containers"][0]["image"]
                                          for p in self.get("pods")["items"]
                                          if "deletionTimestamp" not in p["metadata"]])

    def test_image_that_is_nowhere(self):
        self.kubectl("apply", "-f", "-", text=self.manifest(image="app:nowhere", deadline=2))
        self.kubectl("rollout", "status", "deployment/app", "--timeout=60s", code=1)
        waiting = self.get("pods")["items"][0]["status"]["containerStatuses"][0]["state"]["waiting"]
        self.assertIn(waiting["reason"], ("ErrImagePull", "ImagePullBackOff"))
        status, answer = self.ask()
        self.assertEqual((503, 'no endpoints available for service "app"'), (status, answer["message"]))

    def test_scale_pause_restart(self):
        self.roll_out()
        self.kubectl("scale", "deployment/app", "--replicas=1")
        self.kubectl("wait", "--for=jsonpath={.status.replicas}=1", "deployment/app", "--timeout=30s")
        self.kubectl("rollout", "pause", "deployment/app")
        self.kubectl("set", "image", "deployment/app", "app=app:v2")
        self.kubectl("wait", "--for=jsonpath={.status.observedGeneration}=4", "deployment/app",
                     "--timeout=30s")
        self.assertEqual(1, len(self.get("replicasets")["items"]))
        self.kubectl("rollout", "resume", "deployment/app")
        self.kubectl("rollout", "status", "deployment/app", "--timeout=60s")
        self.kubectl("rollout", "restart", "deployment/app")
        self.kubectl("rollout", "status", "deployment/app", "--timeout=60s")
        self.assertEqual(3, len(self.get("replicasets")["items"]))

    def test_a_pod_that_dies_is_replaced(self):
        self.roll_out(replicas=1)
        pod = self.get("pods")["items"][0]
        os.kill(self.cluster.kubelet.worker(pod).containers[0].running._child.pid, 9)
        name = pod["metadata"]["name"]
        self.kubectl("wait", "--for=jsonpath={.status.containerStatuses[0].restartCount}=1",
                     f"pod/{name}", "--timeout=30s")
        self.kubectl("wait", "--for=condition=Ready", f"pod/{name}", "--timeout=30s")
        self.kubectl("delete", "pod", name, "--timeout=30s")
        self.kubectl("rollout", "status", "deployment/app", "--timeout=30s")


class Objects(KubeTest):
    def test_namespaces_hold_and_lose_what_is_in_them(self):
        text = self.kubectl("create", "-n", "team", "-f", "-", text=document("ConfigMap", "c"), code=1)
        self.assertIn('namespaces "team" not found', text)
        self.kubectl("create", "-f", "-", text=document("Namespace", "team"))
        self.kubectl("create", "-n", "team", "-f", "-", text=document("ConfigMap", "c", data={"a": "b"}))
        text = self.kubectl("create", "-n", "team", "-f", "-", text=document("ConfigMap", "c"), code=1)
        self.assertIn("AlreadyExists", text)
        self.kubectl("delete", "namespace", "team", "--timeout=30s")
        self.kubectl("get", "configmap", "c", "-n", "team", code=1)

    def test_a_lease_goes_to_the_first(self):
        lease = lambda **meta: json.dumps({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                                           "metadata": {"name": "lock", **meta},
                                           "spec": {"holderIdentity": "me"}})
        self.kubectl("create", "-f", "-", text=lease())
        version = self.get("lease/lock")["metadata"]["resourceVersion"]
        self.kubectl("replace", "-f", "-", text=lease(resourceVersion=version, labels={"a": "b"}))
        text = self.kubectl("replace", "-f", "-", text=lease(resourceVersion=version), code=1)
        self.assertIn("the object has been modified", text)

    def test_secrets_are_replaced(self):
        self.kubectl("create", "-f", "-", text=document("Secret", "s", stringData={"a": "b"}))
        self.kubectl("replace", "-f", "-", text=document("Secret", "s", stringData={"c": "d"}))
        self.assertEqual({"c": "ZA=="}, self.get("secret/s")["data"])

    def test_diff_and_dry_run_change_nothing(self):
        self.assertIn("+kind: Deployment", self.kubectl("diff", "-f", "-", text=self.manifest(), code=1))
        self.kubectl("apply", "--dry-run=server", "-f", "-", text=self.manifest())
        self.assertEqual([], self.get("deployments")["items"])
        self.roll_out()
        self.kubectl("diff", "-f", "-", text=self.manifest())
        text = self.kubectl("diff", "-f", "-", text=self.manifest(image="app:v2"), code=1)
        self.assertIn("+        image: app:v2", text)
        text = self.kubectl("apply", "--dry-run=server", "-f", "-", code=1,
                            text=self.manifest().replace("matchLabels: {app: app}", "matchLabels: {app: b}"))
        self.assertIn("field is immutable", text)

    def test_server_side_apply_knows_who_manages_what(self):
        self.kubectl("apply", "--server-side", "-f", "-", text=self.manifest())
        self.kubectl("set", "image", "deployment/app", "app=app:v3")
        changed = self.manifest(image="app:v2").replace("{name: GREETING, value: hello}", "")
        text = self.kubectl("apply", "--server-side", "-f", "-", text=changed, code=1)
        self.assertIn('conflicts with "kubectl-set"', text)
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", text=changed)
        container = self.get("deployment/app")["spec"]["template"]["spec"]["containers"][0]
        self.assertEqual(("app:v2", None), (container["image"], container.get("env") or None))

    def test_patches_of_all_kinds(self):
        self.roll_out(replicas=1)
        self.kubectl("patch", "service", "app", "-p", '{"spec":{"selector":{"color":"blue"}}}')
        self.assertEqual({"app": "app", "color": "blue"}, self.get("service/app")["spec"]["selector"])
        self.kubectl("patch", "service", "app", "--type=merge", "-p",
                     '{"spec":{"selector":{"color":null}}}')
        self.kubectl("patch", "service", "app", "--type=json", "-p",
                     '[{"op":"add","path":"/metadata/labels","value":{"x":"y"}}]')
        self.assertEqual({"app": "app"}, self.get("service/app")["spec"]["selector"])
        self.assertEqual("app", self.get("services", "-l", "x=y")["items"][0]["metadata"]["name"])
        self.kubectl("patch", "service", "app", "--type=json", "-p",
                     '[{"op":"test","path":"/metadata/labels/x","value":"z"}]', code=1)

    def test_jobs(self):
        def job(name, command):
            container = {"name": "j", "image": "app:v1", "command": ["sh", "-c", command]}
            return document("Job", name, "batch/v1", spec={"backoffLimit": 0, "template": {"spec": {
                "restartPolicy": "Never", "containers": [container]}}})
        self.kubectl("create", "-f", "-", text=job("good", "echo done"))
        self.kubectl("wait", "--for=condition=complete", "job/good", "--timeout=30s")
        self.assertEqual("done\n", self.kubectl("logs", "job/good"))
        self.kubectl("create", "-f", "-", text=job("bad", "exit 3"))
        self.kubectl("wait", "--for=condition=failed", "job/bad", "--timeout=30s")

    def test_get_watch_tells_every_change(self):
        watch = subprocess.Popen([KUBECTL, "get", "configmaps", "-w", "-o", "name"], env=self.env,
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(watch.stdout.close)
        self.addCleanup(watch.wait)
        self.addCleanup(watch.kill)
        for name in ("one", "two"):
            self.kubectl("create", "-f", "-", text=document("ConfigMap", name))
            self.assertEqual(f"configmap/{name}\n", watch.stdout.readline())


class Faults(KubeTest):
    def test_errors_hangs_and_cuts(self):
        self.roll_out(replicas=1)
        faults = self.cluster.faults
        faults.answer(500, path="/deployments/app", times=1)
        self.assertIn("InternalError", self.kubectl("get", "deployment", "app", code=1))
        faults.answer(429, path="/deployments/app", times=1, retry_after=1)
        self.kubectl("get", "deployment", "app")  # kubectl tries again by itself
        faults.hang(path="/deployments/app", times=1)
        # Which of the two words it is depends on where the second ends: at the head or before.
        self.assertRegex(self.kubectl("get", "deployment", "app", "--request-timeout=1s", code=1),
                         "Client.Timeout|context deadline exceeded")
        faults.cut_watches(after=1)
        self.kubectl("apply", "-f", "-", text=self.manifest(image="app:v2", replicas=1))
        self.kubectl("rollout", "status", "deployment/app", "--timeout=60s")

    def test_wrong_token(self):
        self.env["KUBECONFIG"] = str(self.cluster.write_kubeconfig("wrong", "not-the-token"))
        self.assertIn("Unauthorized", self.kubectl("get", "--raw", "/version", code=1))


if __name__ == "__main__":
    main()
