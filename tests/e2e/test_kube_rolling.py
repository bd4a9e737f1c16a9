"""Rolling deploys to Kubernetes, undone by themselves, while requests run."""
import base64
import json

from harness import main
from kube_harness import DeployTest, KUBECTL, Load


class Rolling(DeployTest):
    special_images = {"broken": ["--never-ready"], "sick": ["--fail", "500"]}

    def rolling_update(self):
        return self.cluster.get("Deployment", "app", "team")["spec"]["strategy"]["rollingUpdate"]

    def test_a_release_after_the_other_without_a_failed_request(self):
        self.deploy("app:v1", strategy="{rolling: {max_surge: 3, max_unavailable: '25%'}}")
        self.assertEqual("v1", self.version())
        self.assertEqual({"maxSurge": 3, "maxUnavailable": "25%"}, self.rolling_update())
        with Load(self.cluster, "team") as load:
            text = self.deploy("app:v2")
        self.assertEqual([], load.failed)
        self.assertEqual({"v1", "v2"}, set(load.versions))
        self.assertIn("+        image: app:v2", text)
        self.assertEqual({"maxSurge": 1, "maxUnavailable": 0}, self.rolling_update(), "the manifest's again")
        self.assertEqual("app:v2", self.record()["running"]["image"])
        self.assertEqual(["app:v1"], [r["image"] for r in self.record()["history"]])
        self.assertIsNone(self.cluster.get("Lease", "pipectl-app", "team"))

    def test_an_image_that_never_gets_ready_is_undone(self):
        self.deploy("app:v1")
        with Load(self.cluster, "team") as load:
            text = self.deploy("app:broken", code=5, strategy="{rolling: {deadline: 3s}}")
        self.assertEqual([], load.failed)
        self.assertEqual({"v1"}, set(load.versions))
        self.assertIn("rolled back to app:v1", text)
        self.assertIn("does not get ready", text)
        self.assertEqual("app:v1", self.record()["running"]["image"])

    def test_an_image_that_is_nowhere_says_so(self):
        self.deploy("app:v1")
        text = self.deploy("app:nowhere", code=5, strategy="{rolling: {deadline: 3s}}")
        self.assertRegex(text, "ErrImagePull|ImagePullBackOff")
        self.assertEqual("v1", self.version())

    def test_a_release_that_answers_500_is_undone(self):
        self.deploy("app:v1")
        text = self.deploy("app:sick", code=5)
        self.assertIn("500, want 200", text)
        self.assertIn("rolled back to app:v1", text)
        self.assertEqual("v1", self.version())

    def test_the_first_release_of_all_that_fails_leaves_nothing_running(self):
        text = self.deploy("app:broken", code=5, strategy="{rolling: {deadline: 3s}}")
        self.assertIn("rolled back", text)
        self.assertIsNone(self.cluster.get("Deployment", "app", "team"))

    def test_what_somebody_else_deployed_is_what_is_gone_back_to(self):
        self.kubectl("create", "-f", "-", text=json.dumps(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}}))
        self.kubectl("apply", "-n", "team", "-f", "-", text=self.manifest(image="app:v3"))
        self.kubectl("rollout", "status", "-n", "team", "deployment/app", "--timeout=60s")
        self.deploy("app:sick", code=5)
        self.assertEqual("v3", self.version())

    def test_without_a_record_it_goes_back_a_revision(self):
        self.deploy("app:v1")
        record = self.record()
        record["running"]["objects"] = ""
        self.kubectl("patch", "configmap", "pipectl-app", "-n", "team", "--type=merge", "-p",
                     json.dumps({"data": {"record": json.dumps(record)}}))
        text = self.deploy("app:sick", code=5)
        self.assertIn("going back a revision", text)
        self.assertEqual("v1", self.version())

    def test_secrets_go_over_stdin_and_nowhere_else(self):
        value = "s3cret-of-the-database"
        self.env["TEST_DB_PASSWORD"] = value
        self.write(f'#!/bin/sh\necho "$*" >> "{self.folder}/argv"\nexec {KUBECTL} "$@"\n', "bin/kubectl").chmod(0o755)
        self.env["PATH"] = f"{self.folder}/bin:{self.env['PATH']}"
        text = self.deploy("app:v1", keys=", secrets: {app-secrets: [DB_PASSWORD]}",
                           more="secrets: [DB_PASSWORD]")
        self.kubectl("get", "secret", "app-secrets", "-n", "team")
        self.assertNotIn(value, text)
        self.assertNotIn(value, json.dumps(self.record()))
        kinds = {kind for _, path, kind, body in self.cluster.requests
                 if value.encode() in body or "secrets/app-secrets" in path}
        self.assertNotIn("application/strategic-merge-patch+json", kinds)
        secret = self.cluster.get("Secret", "app-secrets", "team")
        encoded = base64.b64encode(value.encode())
        self.assertEqual(encoded.decode(), secret["data"]["DB_PASSWORD"])
        self.assertNotIn("kubectl.kubernetes.io/last-applied-configuration", secret["metadata"].get("annotations", {}))
        self.assertIn("replace", (self.folder / "argv").read_text())
        kept = [path for path in (self.folder / ".pipectl").rglob("*") if path.is_file()]
        self.assertGreater(len(kept), 3)
        for path in (self.folder / "argv", *kept):
            for shape in (value.encode(), encoded):
                self.assertNotIn(shape, path.read_bytes(), path)

    def test_an_optional_secret_that_is_not_there_is_no_key_of_the_secret(self):
        self.env.pop("TEST_DB_PASSWORD", None)
        text = self.deploy("app:v1", keys=", secrets: {app-secrets: [DB_PASSWORD]}",
                           more="secrets: [DB_PASSWORD]")
        self.assertIn("secret DB_PASSWORD is optional and not there", text)
        self.assertEqual({}, self.cluster.get("Secret", "app-secrets", "team").get("data", {}))

    def test_a_secret_is_made_of_granted_secrets_only(self):
        self.env |= {"TEST_DB_PASSWORD": "long enough", "LEAKED": "of the host"}
        for name, hint in (("DB_PASWORD", "did you mean 'DB_PASSWORD'?"), ("LEAKED", "grant it"), ("PATH", "grant it")):
            text = self.deploy("app:v1", code=2, keys=f", secrets: {{app-secrets: [{name}]}}",
                               more="secrets: [DB_PASSWORD]")
            self.assertIn(f"'{name}' is no secret of this stage", text)
            self.assertIn(hint, text)
        text = self.deploy("app:v1", code=2, keys=", secrets: {app-secrets: [DB_PASSWORD]}")
        self.assertIn("'DB_PASSWORD' is no secret of this stage", text)
        self.assertIsNone(self.cluster.get("Secret", "app-secrets", "team"))

    def test_a_secret_that_an_environment_grants(self):
        self.env["TEST_DB_PASSWORD"] = "long enough"
        self.deploy("app:v1", keys=", secrets: {app-secrets: [DB_PASSWORD]}", args=("-E", "staging"),
                    more="timeout: 2m\n            environments: {staging: {secrets: [DB_PASSWORD]}, test: {}}")
        self.assertIn("DB_PASSWORD", self.cluster.get("Secret", "app-secrets", "team")["data"])
        done = self.pipectl("run", "--ui", "plain", "-E", "test", env=self.env, code=1)
        self.assertIn("which this stage is not granted", done.stdout + done.stderr)

    def test_an_image_that_a_stage_before_did_not_make(self):
        self.write(self.manifest(), "k8s/app.yaml")
        for image in ("app@${{ stages.publish.outputs.tag }}", "${{ stages.publish.outputs.tag }}",
                      "app:${{ stages.publish.outputs.tag }}"):
            self.write(f"""
                environments: {{staging: {{}}}}
                stages:
                  publish: {{kind: publish, run: 'echo tag=v1 >> $PIPECTL_OUTPUT'}}
                  deploy: {{kind: deploy, kubernetes: {{manifests: k8s/, namespace: team, image: '{image}'}}}}
            """)
            done = self.pipectl("deploy", "staging", "--ui", "plain", env=self.env, code=1)
            text = done.stdout + done.stderr
            self.assertIn("is no name of an image", text)
            self.assertIn("a stage that makes it did not run: publish; `pipectl run -E staging` runs it", text)
            self.assertEqual([], self.cluster.list("Deployment", "team"))
        self.pipectl("run", "-E", "staging", env=self.env, code=0)
        self.assertEqual("v1", self.version())

    def test_a_check_of_the_cluster_looks_where_the_stage_deploys(self):
        check = "{kubernetes: {deployment: app, service: app, path: /%s}, within: 5s, interval: 200ms}"
        text = self.deploy("app:v1", health=check % "")
        self.assertIn("3 of 3 pods ready, 3 endpoints, app:80/ answers 200", text)
        text = self.deploy("app:v1", code=5, health=check.replace("path: /%s", "namespace: default"))
        self.assertIn('deployments.apps "app" not found', text)

    def test_an_autoscaler_keeps_its_number(self):
        self.deploy("app:v1")
        self.kubectl("create", "-n", "team", "-f", "-", text=json.dumps({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "app"}, "spec": {"minReplicas": 2, "maxReplicas": 5, "scaleTargetRef": {
                "apiVersion": "apps/v1", "kind": "Deployment", "name": "app"}}}))
        self.kubectl("scale", "-n", "team", "deployment/app", "--replicas=2")
        self.kubectl("rollout", "status", "-n", "team", "deployment/app", "--timeout=60s")
        self.deploy("app:v2")
        self.assertEqual(2, self.cluster.get("Deployment", "app", "team")["spec"]["replicas"])


class Trouble(DeployTest):
    """Whose failure it is."""

    def quick(self, image, code, **options):
        return self.deploy(image, code=code, keys=", request_timeout: 1s", **options)

    def test_an_api_server_that_is_not_there(self):
        self.env["KUBECONFIG"] = str(self.cluster.write_kubeconfig("gone", "x", "https://127.0.0.1:1"))
        text = self.quick("app:v1", 3)
        self.assertIn("refused", text)
        self.assertIn("is the cluster there?", text)

    def test_a_wrong_token(self):
        self.env["KUBECONFIG"] = str(self.cluster.write_kubeconfig("wrong", "not-the-token"))
        self.assertIn("log in again", self.quick("app:v1", 3))

    def test_an_api_server_that_answers_500(self):
        self.cluster.faults.answer(500, path="/namespaces/team")
        self.assertIn("InternalError", self.quick("app:v1", 3))

    def test_a_moments_500_is_survived(self):
        self.cluster.faults.answer(500, path="/leases|/configmaps|/deployments", times=4)
        self.deploy("app:v1")

    def test_an_api_server_that_hangs(self):
        self.cluster.faults.hang(path="/namespaces/team")
        self.assertRegex(self.quick("app:v1", 3), "Timeout|deadline exceeded")

    def test_manifests_that_the_server_refuses_are_the_steps_failure(self):
        self.changes = {"replicas": -1}
        self.assertIn("must be greater than or equal to 0", self.quick("app:v1", 1))

    def test_manifests_that_are_not_there(self):
        self.pipeline("app:v1")
        (self.folder / "k8s/app.yaml").unlink()
        (self.folder / "k8s").rmdir()
        done = self.pipectl("run", "--ui", "plain", env=self.env, code=1)
        self.assertIn("k8s", done.stdout + done.stderr)


if __name__ == "__main__":
    main()
