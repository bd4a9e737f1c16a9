"""Secrets of a cluster that get a new value: what is put where, what is undone, what a death leaves."""
import base64
import json
import signal
import subprocess

import harness
from kube_harness import KUBECTL, KubeTest

OLD = "old-0ld-value"

MANIFEST = """
apiVersion: v1
kind: Secret
metadata: {name: app-secrets}
stringData: {API_KEY: old-0ld-value, OTHER: stays-as-it-is}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, labels: {app: app}}
spec:
  replicas: 1
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: app:v1
          ports: [{name: http, containerPort: 8080}]
          env: [{name: GREETING, valueFrom: {secretKeyRef: {name: app-secrets, key: API_KEY}}}]
          readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: app}
spec:
  selector: {app: app}
  ports: [{name: http, port: 80, targetPort: http}]
"""

# What kubectl gets as arguments is kept.
WRAPPER = """#!/bin/sh
printf '%s\\n' "$*" >> '{log}'
exec '{kubectl}' "$@"
"""


class RotationTest(KubeTest):
    def setUp(self):
        super().setUp()
        self.kubectl("apply", "-f", "-", text=MANIFEST)
        self.kubectl("rollout", "status", "deployment/app", "--timeout=60s")
        wrapper = self.write(WRAPPER.format(log=self.folder / "argv.txt", kubectl=KUBECTL), "bin/kubectl")
        wrapper.chmod(0o755)
        self.env["PATH"] = f"{self.folder / 'bin'}:{self.env['PATH']}"

    def pipeline(self, value="{random: 24}", place="", health="", more=""):
        health = health or "{http: 'http://app:80/', status: 200, within: 20s, interval: 200ms}"
        self.write(f"""
            name: app
            secrets:
              API_KEY: {{kubernetes: {{secret: app-secrets, key: API_KEY}}}}
              NEXT_KEY: {{env: NEXT_KEY, optional: true}}
            stages:
              build: {{run: 'echo built > built.txt'}}
              rotate-api-key:
                kind: rotate
                needs: []
                secret: API_KEY
                secrets: [NEXT_KEY]
                kubernetes: {{secret: app-secrets, key: API_KEY, restart: app, deadline: 60s{place}}}
                value: {value}
                health: [{health}]
                retire: 'printf "%s\\n" "$PIPECTL_RETIRED" >> retired.txt; echo "gone: $PIPECTL_RETIRED"'
                {more}
        """)

    def rotate(self, *args, code=0, **options):
        done = self.pipectl("secrets", "rotate", "API_KEY", "--ui", "plain", *args, code=code,
                            env=self.env, **options)
        return done.stdout + done.stderr

    def data(self, name="app-secrets"):
        found = self.cluster.get("Secret", name, "default")
        return found and {k: base64.b64decode(v).decode() for k, v in found["data"].items()}

    def in_service(self):
        """The value that the app reads."""
        return self.ask()[1]["env"]

    def retired(self):
        path = self.folder / "retired.txt"
        return path.read_text().split() if path.exists() else []

    def check_tidy(self):
        self.assertIsNone(self.data("app-secrets-rotation"))
        for lease in ("pipectl-app-secrets-secret", "pipectl-app"):
            self.assertIsNone(self.cluster.get("Lease", lease, "default"))
        self.assertEqual("stays-as-it-is", self.data()["OTHER"])

    def check_hidden(self, *values):
        """No value stands in an argument, a log, an event, the store."""
        for path in [self.folder / "argv.txt", *(self.folder / ".pipectl").rglob("*")]:
            if not path.is_file():
                continue
            content = path.read_bytes()
            for value in values:
                self.assertNotIn(value.encode(), content, path)
                self.assertNotIn(base64.b64encode(value.encode()), content, path)


class Rotations(RotationTest):
    def test_a_new_value_takes_the_place_of_the_old_one(self):
        self.pipeline()
        text = self.rotate()
        new = self.data()["API_KEY"]
        self.assertEqual(32, len(new))  # 24 bytes in base64
        self.assertEqual(new, self.in_service())
        self.assertEqual([OLD], self.retired())
        self.assertIn("gone: ***", text)
        self.assertIn("rotated app-secrets#API_KEY", text)
        self.check_tidy()
        self.check_hidden(OLD, new)
        self.assertNotIn(OLD, text)
        audit = json.loads(self.pipectl("secrets", "audit", "--json", code=0).stdout)["uses"]
        deeds = [(u["role"], u["user"], u["secret"], u["source"]) for u in audit]
        self.assertEqual([(role, "rotate-api-key", "API_KEY", "app-secrets#API_KEY")
                          for role in ("rotate", "retire")], deeds)
        annotations = self.cluster.get("Secret", "app-secrets", "default")["metadata"].get("annotations")
        self.assertNotIn(base64.b64encode(OLD.encode()).decode(), json.dumps(annotations))
        self.assertNotIn(OLD, json.dumps(annotations))

    def test_an_ordinary_run_rotates_nothing(self):
        self.pipeline()
        self.pipectl("run", code=0, env=self.env)
        self.assertTrue((self.folder / "built.txt").exists())
        self.assertEqual(OLD, self.data()["API_KEY"])

    def test_a_dry_run_says_it_and_asks_nobody(self):
        self.pipeline(place=", previous: OLD_API_KEY", more="grace: 1h")
        before = len(self.cluster.requests)
        text = self.rotate("--dry-run")
        for words in ("rotate-api-key", "new value: 24 random bytes", "API_KEY gets the new value",
                      "OLD_API_KEY the old one", "kubectl rollout restart deployment/app",
                      "health http://app", "wait 1h", "without OLD_API_KEY", "retire the old value"):
            self.assertIn(words, text)
        self.assertEqual(before, len(self.cluster.requests))
        self.assertFalse((self.folder / "argv.txt").exists())

    def test_a_secret_that_nobody_rotates(self):
        self.pipeline()
        done = self.pipectl("secrets", "rotate", "API_KEX", code=2, env=self.env)
        self.assertIn("did you mean 'API_KEY'?", done.stderr)

    def test_both_are_valid_until_the_grace_is_over(self):
        self.pipeline("{secret: NEXT_KEY}", place=", previous: OLD_API_KEY", more="grace: 1h")
        self.env["NEXT_KEY"] = "the-next-v4lue"
        run = subprocess.Popen([harness.PIPECTL, "secrets", "rotate", "API_KEY", "--ui", "plain"],
                               cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(lambda: run.poll() is None and run.kill())
        seen = ""
        for line in run.stdout:
            seen += line
            if "both values are valid until" in line:
                break
        else:
            self.fail(seen)
        self.assertEqual("the-next-v4lue", self.in_service())
        run.send_signal(signal.SIGINT)
        rest, _ = run.communicate(timeout=60)
        self.assertEqual(130, run.returncode, seen + rest)
        self.assertEqual({"API_KEY": "the-next-v4lue", "OLD_API_KEY": OLD, "OTHER": "stays-as-it-is"},
                         self.data())
        self.assertEqual([], self.retired())
        del self.env["NEXT_KEY"]  # it is written down where the secret lives
        self.kubectl("annotate", "--overwrite", "secret", "app-secrets-rotation",
                     "pipectl.dev/until=2026-01-01T00:00:00.000Z")
        text = self.rotate()
        self.assertIn("the old value of an earlier rotation is to be retired", text)
        self.assertEqual({"API_KEY": "the-next-v4lue", "OTHER": "stays-as-it-is"}, self.data())
        self.assertEqual([OLD], self.retired())
        self.check_tidy()
        self.check_hidden(OLD, "the-next-v4lue")


class Others(RotationTest):
    """Who reads a Secret beside the Deployment."""

    def set_of(self, kind, name):
        pod = MANIFEST.split("---")[1].partition("    spec:\n")[2].replace("app:v1", "app:v1")
        return (f"---\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
                f"  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n"
                f"    spec:\n{pod}")

    def setUp(self):
        super().setUp()
        self.kubectl("apply", "-f", "-", text=self.set_of("StatefulSet", "db") + self.set_of("DaemonSet", "agent"))
        for one in ("statefulset/db", "daemonset/agent"):
            self.kubectl("rollout", "status", one, "--timeout=60s")

    def pods(self):
        return {p["metadata"]["labels"]["app"]: p["metadata"]["name"] for p in self.cluster.list("Pod", "default")
                if "deletionTimestamp" not in p["metadata"]}

    def test_they_are_started_anew_or_told_of(self):
        self.pipeline(place="")
        before = self.pods()
        self.assertEqual(["agent", "app", "db"], sorted(before))
        text = self.rotate()
        for one in ("statefulset/db", "daemonset/agent"):
            self.assertIn(f"warning: {one} reads the Secret app-secrets, too, and is not started anew", text)
        self.assertNotIn("deployment/app reads", text)
        after = self.pods()
        self.assertNotEqual(before.pop("app"), after.pop("app"))
        self.assertEqual(before, after)
        file = self.folder / "pipeline.yaml"
        file.write_text(file.read_text().replace("restart: app", "restart: [app, statefulset/db, DaemonSet/agent]"))
        text = self.rotate()
        self.assertIn("started anew: statefulset/db is ready", text)
        self.assertIn("started anew: daemonset/agent is ready", text)
        self.assertNotIn("warning", text)
        last = self.pods()
        self.assertEqual([], [name for name in before if before[name] == last[name]])
        self.check_tidy()


class Undone(RotationTest):
    def test_what_is_not_healthy_is_taken_back(self):
        self.pipeline("{command: [echo, issued-v4lue]}",
                      health="{http: 'http://app:80/', json: {env: other}, within: 1s, interval: 200ms}")
        text = self.rotate(code=5)
        self.assertIn("the old value is in service again", text)
        self.assertEqual(OLD, self.data()["API_KEY"])
        self.assertEqual(OLD, self.in_service())
        self.assertEqual(["issued-v4lue"], self.retired())  # nobody will ever use it
        self.check_tidy()
        self.assertNotIn(OLD, text)

    def test_what_could_not_be_undone_is_undone_by_the_next_call(self):
        self.pipeline()
        fault = self.cluster.faults.answer(403, path="/deployments/app", method="PATCH")
        text = self.rotate(code=6)
        self.assertIn("undo failed", text)
        self.assertIsNotNone(self.data("app-secrets-rotation"))
        self.cluster.faults.remove(fault)
        self.assertIn("undoing it", self.rotate(code=5))
        self.assertEqual(OLD, self.in_service())
        self.check_tidy()
        self.assertEqual([], self.retired())  # nobody issued it
        self.rotate()
        self.assertNotEqual(OLD, self.in_service())

    def test_a_command_that_gives_nothing_changes_nothing(self):
        for command in ("[sh, -c, 'echo no >&2; exit 3']", "['true']", "[echo, old-0ld-value]"):
            with self.subTest(command):
                self.pipeline(f"{{command: {command}}}")
                self.rotate(code=1)
                self.assertEqual(OLD, self.data()["API_KEY"])
                self.check_tidy()

    def test_what_somebody_else_changed_is_left_alone(self):
        self.pipeline(health="{command: ['sh', '-c', 'kubectl patch secret app-secrets --type=merge -p "
                             "''{\"stringData\":{\"API_KEY\":\"by-somebody-else\"}}''; exit 1'], within: 0s}")
        text = self.rotate(code=6)
        self.assertIn("was changed by somebody else", text)
        self.assertEqual("by-somebody-else", self.data()["API_KEY"])

    def test_a_key_that_is_not_there(self):
        self.pipeline()
        self.kubectl("patch", "secret", "app-secrets", "--type=json", "-p",
                     '[{"op": "remove", "path": "/data/API_KEY"}]')
        self.assertIn("there is nothing to rotate", self.rotate(code=1))


class Killed(RotationTest):
    def test_at_the_journals_writes(self):
        """The next call finishes what a kill -9 left, or begins anew where nothing had begun."""
        self.assertTrue(harness.FAULTY, "PIPECTL_FAULTY names no binary")
        self.pipeline()
        number, old = 1, OLD
        while True:
            env = self.env | {"FAULT_AT": str(number), "FAULT_WHEN": ("before", "after")[number % 2]}
            done = self.pipectl("secrets", "rotate", "API_KEY", binary=harness.FAULTY, env=env)
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
            shown = self.pipectl("runs", "show", "latest", "--json", code=0).stdout
            if json.loads(shown).get("exit_code") == 0:
                break  # it was over, and known to be
            self.rotate()
            with self.subTest(f"write {number}"):
                new = self.data()["API_KEY"]
                self.assertNotEqual(old, new)
                self.assertEqual(new, self.in_service())
                self.assertEqual(old, self.retired()[-1])
                self.check_tidy()
                self.check_hidden(old, new)
            number, old = number + 3, new
        self.assertGreater(number, 10)


if __name__ == "__main__":
    harness.main()
