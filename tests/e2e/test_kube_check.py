"""The health check `kubernetes` and the tiers of `verify`, where the cluster is not as it should be."""
import json

from harness import main
from kube_harness import KubeTest


class Check(KubeTest):
    special_images = {"broken": ["--never-ready"], "sick": ["--fail", "500"]}

    def verify(self, code, service="service: app, path: /"):
        """What `verify` says of the Deployment, then of the service, and whether the last tier ran."""
        self.write(f"""
            stages:
              look:
                kind: verify
                tiers:
                  pods: [{{kubernetes: {{deployment: app}}, within: 0s, timeout: 60s}}]
                  service: [{{kubernetes: {{{service}}}, within: 0s, timeout: 60s}}]
                  last: [{{command: touch last}}]
        """)
        events = self.events(code=code, env=self.env)
        ended = next(e for e in events if e["event"] == "stage.finished")
        self.notes = "\n".join(e["text"] for e in events if e["event"] == "stage.note")
        self.assertEqual(code == 0, (self.folder / "last").exists())
        return ended.get("reason", "")

    def change(self, what, patch, how="merge"):
        self.kubectl("patch", what, "app", f"--type={how}", "-p", json.dumps(patch))

    def test_all_is_well(self):
        self.roll_out()
        self.verify(0)
        for each in ("3 of 3 pods ready", "3 endpoints", "app:80/ answers 200"):
            self.assertIn(each, self.notes)

    def test_a_pod_that_is_not_ready(self):
        self.roll_out(replicas=2)
        self.change("deployment", {"spec": {"replicas": 3, "template": {"spec": {
            "containers": [{"name": "app", "image": "app:broken"}]}}}}, "strategic")
        self.assertRegex(self.verify(1), r"^tier 'pods': health kubernetes deployment/app: \d of 3 pods ready")

    def test_no_deployment_of_that_name(self):
        self.assertRegex(self.verify(1), r"^tier 'pods': .*deployments.apps \"app\" not found")

    def test_no_endpoints(self):
        self.roll_out()
        self.change("service", {"spec": {"selector": {"app": "other"}}})
        self.assertRegex(self.verify(1), "^tier 'service': .*service 'app' has no endpoints")
        self.assertIn("3 of 3 pods ready", self.notes)

    def test_a_service_that_answers_500(self):
        self.roll_out(image="app:sick")
        self.assertRegex(self.verify(1), "^tier 'service': .*app:80/ answers 500, want 200")
        self.assertIn("3 of 3 pods ready", self.notes)

    def test_a_port_of_its_own(self):
        self.roll_out(replicas=1)
        self.change("service", {"spec": {"ports": [{"name": "web", "port": 3000, "targetPort": "http"}]}})
        self.verify(0)
        self.assertIn("app:3000/ answers 200", self.notes)
        self.change("service", {"spec": {"ports": [{"name": "other", "port": 9, "targetPort": 9},
                                                   {"name": "web", "port": 3000, "targetPort": "http"}]}})
        (self.folder / "last").unlink()
        self.verify(0, service="service: 'app:web', path: /")
        self.assertIn("app:web/ answers 200", self.notes)


if __name__ == "__main__":
    main()
