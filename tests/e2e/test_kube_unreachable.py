"""Whoever is asked about the health is not there, refuses, or is in trouble: no failed check, but infrastructure."""

from harness import main
from kube_harness import DeployTest

TEAM = "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n"


class Unreachable(DeployTest):
    def verify(self, code, check="deployment: app, namespace: team", more="timeout: 5s, within: 0s"):
        """How the stage ended, and why: reason and hint."""
        self.write(f"""
            name: app
            stages:
              look: {{kind: verify, checks: [{{kubernetes: {{{check}}}, {more}}}]}}
        """)
        events = self.events(code=code, env=self.env)
        end = next(e for e in events if e["event"] == "stage.finished")
        return end["outcome"], f"{end.get('reason', '')} | {end.get('hint', '')}"

    def test_no_api_server(self):
        self.env["KUBECONFIG"] = str(self.cluster.write_kubeconfig("gone", "x", "https://127.0.0.1:1"))
        outcome, why = self.verify(3)
        self.assertEqual("infra", outcome)
        self.assertIn("health kubernetes deployment/app: kubectl get: ", why)
        self.assertIn("refused", why)
        self.assertIn("is the cluster there?", why)

    def test_one_that_refuses(self):
        self.env["KUBECONFIG"] = str(self.cluster.write_kubeconfig("wrong", "not-the-token"))
        outcome, why = self.verify(3, more="within: 0s")
        self.assertEqual("infra", outcome)
        self.assertIn("log in again", why)

    def test_a_context_that_is_none(self):
        outcome, why = self.verify(3, check="deployment: app, context: nowhere", more="within: 0s")
        self.assertEqual("infra", outcome)
        self.assertIn("kubectl config get-contexts", why)

    def test_one_that_hangs(self):
        self.cluster.faults.hang(path="/namespaces/team")
        outcome, why = self.verify(3, more="timeout: 1s, within: 0s")
        self.assertEqual("infra", outcome)
        self.assertIn("kubectl cluster-info", why)

    def test_one_that_limits_how_often_it_may_be_asked(self):
        fault = self.cluster.faults.answer(429, path="/namespaces/team", retry_after=1)
        outcome, why = self.verify(3, more="timeout: 3s, within: 0s")
        self.assertEqual("infra", outcome)
        self.assertRegex(why, "the API server is in trouble|does not answer in time")
        self.cluster.faults.remove(fault)
        self.cluster.faults.answer(429, path="/namespaces/team", retry_after=1, times=1)
        self.kubectl("apply", "-f", "-", text=TEAM)
        self.kubectl("apply", "-n", "team", "-f", "-", text=self.manifest(replicas=1))
        self.assertEqual("succeeded", self.verify(0, more="within: 60s")[0])

    def test_no_kubectl(self):
        self.env["PATH"] = str(self.folder)
        outcome, why = self.verify(3, more="within: 0s")
        self.assertEqual("infra", outcome)
        self.assertIn("kubectl must be on the PATH", why)

    def test_what_the_cluster_says_is_a_failed_check(self):
        self.kubectl("apply", "-f", "-", text=TEAM)
        outcome, why = self.verify(1, more="within: 0s")
        self.assertEqual("failed", outcome)
        self.assertIn("NotFound", why)
        self.kubectl("apply", "-n", "team", "-f", "-", text=self.manifest(image="app:nowhere"))
        outcome, why = self.verify(1, more="within: 0s")
        self.assertEqual("failed", outcome)
        self.assertIn("0 of 3 pods ready", why)
        self.assertIn("no endpoints", self.verify(1, check="service: app, namespace: team", more="within: 0s")[1])

    def test_a_deploy_whose_health_cannot_be_asked(self):
        done = self.deploy("app:v1", code=5, more="rollback: auto",
                           health="{kubernetes: {deployment: app, context: nowhere}, within: 0s}")
        self.assertIn("cannot be asked: kubernetes deployment/app: ", done)
        self.assertIn("kubectl config get-contexts", done)


if __name__ == "__main__":
    main()
