"""Where the objects of a release come from: files, a kustomization, a Helm chart, an older commit."""
import json
import os
import shutil
import stat
import subprocess
import unittest

from harness import main, programs
from kube_harness import MANIFEST, DeployTest
from registry_case import Registry, need_registry

HELM = shutil.which("helm")

KUSTOMIZATION = """
resources: [app.yaml]
labels: [{pairs: {team: blue}}]
replicas: [{name: app, count: 2}]
"""

# What `helm template` is called with goes to helm.txt; what it prints is the manifest.
STAND_IN = """#!/bin/sh
for a in "$@"; do echo "$a"; done > "$PWD/helm.txt"
test "$1" = template || exit 9
test -e "$3/Chart.yaml" || { echo "Error: repo $3 not found" >&2; exit 1; }
printf '%s\\n' "---" "# Source: app/templates/app.yaml"
cat "$3/templates/app.yaml"
"""


class SourceTest(DeployTest):
    special_images = {"sick": ["--fail", "500"]}

    def deploy_from(self, source, image="app:v1", code=0):
        self.write(f"""
            name: app
            stages:
              deploy:
                kind: deploy
                kubernetes: {{{source}, namespace: team, image: '{image}'}}
                strategy: {{rolling: {{deadline: 60s}}}}
                health: [{{http: 'http://app:80/', within: 5s, interval: 200ms}}]
        """)
        done = self.pipectl("run", "--ui", "plain", code=code, env=self.env)
        return done.stdout + done.stderr

    def change(self, old, new):
        file = self.folder / "pipeline.yaml"
        file.write_text(file.read_text().replace(old, new))


class Kustomize(SourceTest):
    def test_an_overlay(self):
        self.write(MANIFEST, "overlays/team/app.yaml")
        self.write(KUSTOMIZATION, "overlays/team/kustomization.yaml")
        self.deploy_from("kustomize: overlays/team")
        deployment = self.cluster.get("Deployment", "app", "team")
        self.assertEqual((2, "blue"),
                         (deployment["spec"]["replicas"], deployment["metadata"]["labels"]["team"]))
        self.deploy_from("kustomize: overlays/team", "app:v2")
        self.assertEqual("v2", self.version())

    def test_what_a_deploy_would_change(self):
        self.write(MANIFEST, "overlays/team/app.yaml")
        self.write(KUSTOMIZATION, "overlays/team/kustomization.yaml")
        self.deploy_from("kustomize: overlays/team")
        before = self.cluster.get("Deployment", "app", "team")
        self.change("app:v1", "app:v2")
        done = self.pipectl("plan", "--diff", code=0, env=self.env)
        self.assertIn("image: app:v1 -> app:v2", done.stdout)
        self.assertRegex(done.stdout, r"\+ +(- )?image: app:v2")
        self.assertEqual(before, self.cluster.get("Deployment", "app", "team"))
        self.change("image: 'app:v2'", "image: 'app:${{ run.id }}'")
        self.assertIn("image: app:v1 -> app:${{ run.id }}",
                      self.pipectl("plan", "--diff", code=0, env=self.env).stdout)
        self.env["KUBECONFIG"] = str(self.folder / "none")
        done = self.pipectl("plan", "--diff", "--json", code=3, env=self.env)
        self.assertIn("message", json.loads(done.stdout)["stages"][0]["unknown"])

    def test_what_kustomize_refuses_changes_nothing(self):
        self.write("resources: [nowhere.yaml]\n", "k/kustomization.yaml")
        text = self.deploy_from("kustomize: k", code=1)
        self.assertIn("kubectl kustomize: ", text)
        self.assertIn("nowhere.yaml", text)
        self.assertIsNone(self.cluster.get("Deployment", "app", "team"))


class Chart(SourceTest):
    """With a stand-in for helm: what it is called with, and what becomes of what it prints."""

    def setUp(self):
        super().setUp()
        self.write("apiVersion: v2\nname: app\nversion: 1.0.0\n", "chart/Chart.yaml")
        self.write(MANIFEST, "chart/templates/app.yaml")
        path = self.folder / "bin" / "helm"
        path.parent.mkdir()
        path.write_text(STAND_IN)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        self.env["PATH"] = f"{path.parent}:{os.environ['PATH']}"

    def test_it_is_rendered_and_applied_like_manifests(self):
        text = self.deploy_from("chart: chart, version: 1.2, release: shop, values: [a.yaml, b.yaml], "
                                "set: {image.tag: 'v1,v2', replicas: 3}", "app:v2")
        self.assertEqual("v2", self.version())
        self.assertIn("app:v2 is in service", text)
        called = (self.folder / "helm.txt").read_text().splitlines()
        self.assertIn("--kube-version=v1.32.0", called)
        self.assertIn("--api-versions=apps/v1/Deployment", called)
        self.assertEqual([a for a in called if not a.startswith(("--kube-version", "--api-versions"))],
                         ["template", "shop", "chart", "--include-crds", "--no-hooks", "--version=1.2",
                          "--namespace=team", "--values=a.yaml", "--values=b.yaml",
                          "--set-string=image.tag=v1\\,v2", "--set-string=replicas=3"])
        plan = self.pipectl("plan", code=0, env=self.env).stdout
        self.assertIn("helm template shop chart | kubectl apply --filename -", plan)

    def test_a_chart_that_is_nowhere_is_the_steps_failure(self):
        text = self.deploy_from("chart: other/app", code=1)
        self.assertIn("helm template: Error: repo other/app not found", text)

    def test_without_helm_it_says_what_is_missing(self):
        (self.folder / "bin" / "helm").unlink()
        for name in ("kubectl", "sh"):
            (self.folder / "bin" / name).symlink_to(shutil.which(name))
        self.env["PATH"] = str(self.folder / "bin")
        text = self.deploy_from("chart: chart", code=3)
        self.assertIn("a `chart` needs helm on the PATH", text)

    def test_mistakes_of_the_file(self):
        for source, message in (("chart: chart, manifests: k8s/", "different sources"),
                                ("manifests: k8s/, set: {a: b}", "are for a `chart`"),
                                ("chart: chart, set: [a]", "must be a mapping")):
            with self.subTest(source):
                text = self.deploy_from(source, code=2)
                self.assertIn(message, text)


CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\nkubeVersion: '>=1.30'\n",
    "chart/values.yaml": "replicas: 1\nname: app\ngreeting: 'a'\n",
    "prod.yaml": "replicas: 2\ngreeting: b\n",
    "chart/templates/app.yaml": MANIFEST.replace("replicas: 3", "replicas: {{ .Values.replicas }}")
    .replace("value: hello", "value: {{ .Values.greeting | quote }}"),
    "chart/templates/about.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: {{ .Release.Name }}-about, namespace: {{ .Release.Namespace }}}
        data:
          knows: "{{ .Capabilities.APIVersions.Has "apps/v1/Deployment" }} {{ .Capabilities.KubeVersion }}"
        """,
    "chart/templates/hook.yaml": """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: migrate, annotations: {helm.sh/hook: pre-upgrade}}
        """}


@unittest.skipIf(HELM is None, programs.missing("helm"))
class RealChart(SourceTest):
    def setUp(self):
        super().setUp()
        for name, text in CHART.items():
            self.write(text, name)
        self.env |= {f"HELM_{what}_HOME": str(self.folder / "helm") for what in ("CACHE", "CONFIG", "DATA")}

    def test_values_namespace_image_what_would_change_and_the_way_back(self):
        chart = "chart: chart, release: shop, values: [prod.yaml], set: {greeting: 'one, {two}'}"
        self.deploy_from(chart)
        deployment = self.cluster.get("Deployment", "app", "team")
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        self.assertEqual((2, "app:v1", "one, {two}"),
                         (deployment["spec"]["replicas"], container["image"], container["env"][0]["value"]))
        about = self.cluster.get("ConfigMap", "shop-about", "team")["data"]
        self.assertEqual("true v1.32.0", about["knows"])
        self.assertIsNone(self.cluster.get("Job", "migrate", "team"))
        self.change("{greeting: 'one, {two}'}", "{greeting: three, image: x}")
        self.change("image: 'app:v1'", "image: 'app:v2'")
        done = self.pipectl("plan", "--diff", code=0, env=self.env)
        self.assertIn("image: app:v1 -> app:v2", done.stdout)
        self.assertRegex(done.stdout, r"\+ +(- )?value: three")
        text = self.deploy_from(chart.replace("'one, {two}'", "sick"), "app:sick", code=5)
        self.assertIn("rolled back to app:v1", text)
        self.assertEqual("one, {two}", self.ask(namespace="team")[1]["env"])
        self.assertEqual("v1", self.version())

    def test_what_helm_says_of_a_chart_that_fails(self):
        self.write("{{ required \"a colour is needed\" .Values.colour }}", "chart/templates/bad.yaml")
        text = self.deploy_from("chart: chart", code=1)
        self.assertIn("a colour is needed", text)
        self.assertIsNone(self.cluster.get("Deployment", "app", "team"))

    def test_a_version_from_a_registry(self):
        need_registry()
        registry = Registry(self.folder / "registry")
        self.addCleanup(registry.stop)
        for version, greeting in (("1.0.0", "first"), ("1.1.0", "second")):
            self.write(CHART["chart/values.yaml"].replace("'a'", greeting), "chart/values.yaml")
            for call in (["package", "chart", "--version", version],
                         ["push", f"app-{version}.tgz", f"oci://{registry.name}/charts"]):
                subprocess.run([HELM, *call], cwd=self.folder, env=self.env, check=True, capture_output=True)
        chart = f"chart: 'oci://{registry.name}/charts/app'"
        self.deploy_from(f"{chart}, version: 1.0.0")
        self.assertEqual("first", self.ask(namespace="team")[1]["env"])
        text = self.deploy_from(f"{chart}, version: 3.0.0", code=1)
        self.assertIn("helm template: Error: ", text)


class LastGoodCommit(SourceTest):
    """The third way back: the record is gone, so are the revisions; the repository is there."""

    MANIFEST = MANIFEST.replace("replicas: 3", "replicas: 3\n  revisionHistoryLimit: 0")

    def test_its_manifests_with_the_image_that_ran(self):
        self.write(self.MANIFEST.replace("value: hello", "value: from-the-commit"), "k8s/app.yaml")
        self.write(".pipectl\n", ".gitignore")
        self.git("init", "-q")
        self.git("add", "k8s", ".gitignore")
        self.git("commit", "-q", "-m", "good")
        self.deploy_from("manifests: k8s/")
        good = self.git("rev-parse", "HEAD")
        self.assertEqual(good, self.record()["running"]["commit"])
        record = self.record()
        record["running"]["objects"] = ""
        self.kubectl("patch", "configmap", "pipectl-app", "-n", "team", "--type=merge", "-p",
                     json.dumps({"data": {"record": json.dumps(record)}}))
        self.write(self.MANIFEST.replace("value: hello", "value: newer"), "k8s/app.yaml")
        self.git("commit", "-q", "-a", "-m", "bad")
        text = self.deploy_from("manifests: k8s/", "app:sick", code=5)
        self.assertIn("applying the last good commit instead", text)
        self.assertIn(f"app:v1 of commit {good[:7]} runs again", text)
        self.assertEqual((200, "v1", "from-the-commit"), self.answer())

    def answer(self):
        status, answer = self.ask(namespace="team")
        return status, answer["version"], answer["env"]

    def test_all_three_ways_are_told_when_none_leads_back(self):
        self.write(self.MANIFEST, "k8s/app.yaml")
        self.deploy_from("manifests: k8s/")
        record = self.record()
        record["running"]["objects"] = ""
        self.kubectl("patch", "configmap", "pipectl-app", "-n", "team", "--type=merge", "-p",
                     json.dumps({"data": {"record": json.dumps(record)}}))
        text = self.deploy_from("manifests: k8s/", "app:sick", code=6)
        self.assertIn("undo failed: release app:v1 was too large to be recorded; "
                      "no earlier revision of app:v1 is kept", text)
        self.assertIn("no commit is recorded of the release before", text)


if __name__ == "__main__":
    main()
