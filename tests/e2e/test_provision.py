"""Provisioning with the real Terraform (a built-in resource, local state) and the real Ansible."""
import json
import os
import shutil
import stat
import unittest

import harness

TERRAFORM = shutil.which("terraform")
TOFU = shutil.which("tofu")
ANSIBLE = shutil.which("ansible-playbook")

MAIN_TF = """
    terraform { required_version = ">= 1.4" }
    variable "size" { default = "small" }
    variable "token" {
      default   = ""
      sensitive = true
    }
    resource "terraform_data" "net" { input = var.size }
    output "size" { value = terraform_data.net.output }
    output "zones" { value = ["a", "b"] }
    output "motd" { value = "one\\ntwo" }
    output "token" {
      value     = var.token
      sensitive = true
    }
"""

PIPELINE = """
    stages:
      infra:
        kind: provision
        terraform: {directory: infra, vars: {size: '${{ params.size }}'}%s}
      after: {run: 'echo "$PIPECTL_OUT_INFRA_SIZE|$PIPECTL_OUT_INFRA_ZONES|$PIPECTL_OUT_INFRA_MOTD" > after.txt'}
    params: {size: {default: large}}
"""


def write_tool(path, text):
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


class ProvisionTest(harness.PipectlTest):
    def env(self, **extra):
        return harness.clean_environment(CHECKPOINT_DISABLE="1", HOME=str(self.folder), **extra)

    def run_it(self, *args, code=0, **extra):
        return self.events(*args, code=code, env=self.env(**extra))

    @staticmethod
    def end(events, stage):
        return next(e for e in events if e["event"] == "stage.finished" and e["stage"] == stage)

    @staticmethod
    def said(events):
        return "\n".join(e["text"] for e in events if e["event"] in ("stage.output", "stage.note"))


@unittest.skipIf(TERRAFORM is None, "terraform is not installed; Debian has no package of it")
class TerraformTest(ProvisionTest):
    program = "terraform"

    def setUp(self):
        super().setUp()
        self.write(MAIN_TF, "infra/main.tf")

    def state(self):
        return json.loads((self.folder / "infra" / "terraform.tfstate").read_text())

    def test_init_plan_apply_outputs(self):
        self.write(PIPELINE % "")
        events = self.run_it()
        self.assertEqual(self.end(events, "infra")["summary"], "1 to add")
        self.assertIn("# terraform_data.net will be created", self.said(events))
        self.assertIn("Apply complete! Resources: 1 added", self.said(events))
        self.assertEqual((self.folder / "after.txt").read_text(), 'large|["a","b"]|one\ntwo\n')
        outputs = json.loads((self.folder / "infra" / "outputs.json").read_text())
        self.assertEqual((outputs["size"]["value"], outputs["zones"]["value"]), ("large", ["a", "b"]))
        self.assertNotIn("token", outputs)
        # Once more there is nothing to do; then something else.
        self.assertEqual(self.end(self.run_it(), "infra")["summary"], "no changes")
        events = self.run_it("-p", "size=huge")
        self.assertEqual(self.end(events, "infra")["summary"], "1 to change")
        self.assertEqual(self.state()["outputs"]["size"]["value"], "huge")

    def test_a_plan_is_kept_for_a_review_and_that_very_one_is_applied(self):
        self.write("""
            stages:
              plan: {kind: provision, terraform: {directory: infra, action: plan, plan_file: infra.tfplan}}
              review: {kind: approve, message: 'Apply it?'}
              infra: {kind: provision, terraform: {directory: infra, plan_file: infra.tfplan}}
        """)
        events = self.run_it(code=4)
        self.assertEqual(self.end(events, "plan")["summary"], "1 to add")
        self.assertFalse((self.folder / "infra" / "terraform.tfstate").exists())
        plan = self.folder / "infra.tfplan"
        self.assertEqual(plan.stat().st_mode & 0o777, 0o600)
        # What the configuration says by now does not count: the plan was reviewed.
        (self.folder / "infra" / "main.tf").write_text(
            (self.folder / "infra" / "main.tf").read_text().replace('"small"', '"other"'))
        self.pipectl("approve", "latest", code=0, env=self.env())
        events = self.run_it("--resume")
        self.assertEqual(self.end(events, "infra")["summary"], "1 to add")
        self.assertEqual(self.state()["outputs"]["size"]["value"], "small")

    def test_secrets_reach_it_by_its_own_variables_and_are_kept_nowhere(self):
        self.write("""
            secrets: {TF_VAR_token: {env: MY_TOKEN}}
            stages:
              infra: {kind: provision, secrets: [TF_VAR_token], terraform: {directory: infra}}
        """)
        events = self.run_it(MY_TOKEN="s3cr3t-value-of-the-test")
        self.assertIn("sensitive, and therefore kept nowhere: token", self.said(events))
        self.assertEqual(self.state()["outputs"]["token"]["value"], "s3cr3t-value-of-the-test")
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(folder, name)
                if name.startswith("terraform.tfstate"):
                    continue  # Terraform's own
                with open(path, "rb") as file:
                    self.assertNotIn(b"s3cr3t-value-of-the-test", file.read(), path)

    def test_destroy(self):
        self.write(PIPELINE % "")
        self.run_it()
        self.write(PIPELINE % ", action: destroy")
        events = self.run_it("-s", "infra")
        self.assertEqual(self.end(events, "infra")["summary"], "1 to destroy")
        self.assertEqual(self.state()["resources"], [])

    def test_workspaces(self):
        self.write(PIPELINE % ", workspace: staging")
        self.run_it()
        self.assertTrue((self.folder / "infra/terraform.tfstate.d/staging/terraform.tfstate").exists())

    def test_a_wrong_configuration_fails_and_leaves_no_plan(self):
        self.write("resource {", "infra/broken.tf")
        self.write("""
            stages:
              infra: {kind: provision, terraform: {directory: infra, action: plan, plan_file: p.tfplan}}
        """)
        end = self.end(self.run_it(code=1), "infra")
        self.assertIn(f"{self.program} init: exit code 1", end["reason"])
        self.assertFalse((self.folder / "p.tfplan").exists())

    def test_a_plan_that_is_stale_is_refused_by_terraform(self):
        self.write("""
            stages:
              plan: {kind: provision, terraform: {directory: infra, action: plan, plan_file: p.tfplan}}
              infra: {kind: provision, terraform: {directory: infra, plan_file: p.tfplan}}
        """)
        self.run_it()
        events = self.run_it("-s", "infra", code=1)
        self.assertIn("Saved plan is stale", self.said(events))


@unittest.skipIf(TOFU is None, harness.programs.missing("tofu"))
class OpenTofuTest(TerraformTest):
    """The same by OpenTofu."""

    program = "tofu"

    def write(self, text, name="pipeline.yaml"):
        return super().write(text.replace("terraform: {dir", "terraform: {program: tofu, dir"), name)

    def env(self, **extra):
        """Nothing but tofu can do it."""
        programs = self.folder / "bin"
        if not programs.exists():
            programs.mkdir()
            for needed in ("sh", "tofu"):
                (programs / needed).symlink_to(shutil.which(needed))
        return super().env(PATH=str(programs), **extra)

    def test_what_is_shown_before(self):
        self.write(PIPELINE % "")
        text = self.pipectl("plan", code=0, env=self.env()).stdout
        self.assertIn("tofu -chdir=infra apply PLAN", text)
        super().write(PIPELINE % ", program: pulumi")
        self.assertIn("pulumi", self.pipectl("validate", code=2).stderr)


class StandInTest(ProvisionTest):
    """What a stand-in for the program shows better than the program: what it is called with."""

    def tool(self, name, text):
        (self.folder / "bin").mkdir(exist_ok=True)
        write_tool(self.folder / "bin" / name, "#!/bin/sh\n" + text)
        return {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"}

    def test_arguments_of_terraform(self):
        path = self.tool("terraform", """
            echo "$*" >> calls.txt
            case "$1 $2" in
            "show -json") echo '{"format_version": "1.2", "resource_changes": []}' ;;
            "output -json") echo '{}' ;;
            esac
        """)
        self.write("""
            stages:
              infra:
                kind: provision
                terraform: {backend: {bucket: b, key: 'a b'}, vars: {n: 3}, var_files: [x.tfvars]}
        """)
        self.run_it(**path)
        calls = (self.folder / "calls.txt").read_text().splitlines()
        self.assertEqual(calls[0], "init -input=false -no-color -backend-config=bucket=b "
                                   "-backend-config=key=a b")
        self.assertRegex(calls[1], r"^plan -input=false -no-color -detailed-exitcode -out=\S+/"
                                   r"terraform-infra.tfplan -var-file=x.tfvars -var=n=3$")
        plan = calls[1].split("-out=")[1].split()[0]
        self.assertEqual(calls[2:], [f"show -json {plan}", f"apply -input=false -no-color {plan}",
                                     "output -json -no-color"])
        self.assertFalse(os.path.exists(plan))

    def test_what_is_not_understood_fails(self):
        path = self.tool("terraform", "echo nonsense")
        self.write("stages: {infra: {kind: provision, terraform: {}}}")
        end = self.end(self.run_it(code=1, **path), "infra")
        self.assertIn("terraform show printed is not understood", end["reason"])

    def test_arguments_of_ansible(self):
        path = self.tool("ansible-playbook", 'for a in "$@"; do echo "$a"; done > calls.txt')
        self.write("""
            stages:
              hosts:
                kind: provision
                ansible:
                  playbook: site.yml
                  inventory: [one.ini, two.ini]
                  limit: web
                  tags: [a, b]
                  vars: {greeting: 'hello "you"'}
                  check: true
        """)
        self.run_it(**path)
        self.assertEqual((self.folder / "calls.txt").read_text().splitlines(),
                         ["site.yml", "--inventory=one.ini", "--inventory=two.ini", "--limit=web",
                          "--tags=a,b", '--extra-vars={"greeting":"hello \\"you\\""}', "--check",
                          "--diff"])

    def test_a_program_that_is_absent_is_named(self):
        self.write("stages: {hosts: {kind: provision, ansible: {playbook: site.yml}}}")
        (self.folder / "bin").mkdir()
        for name in ("sh", "true"):
            (self.folder / "bin" / name).symlink_to(shutil.which(name))
        end = self.end(self.run_it(code=1, PATH=str(self.folder / "bin")), "hosts")
        self.assertIn("ansible-playbook", end["reason"])

    def test_mistakes_of_the_file(self):
        self.write("""
            stages:
              a: {kind: provision, terraform: {action: sometimes}}
              b: {kind: provision, ansible: {}}
              c: {kind: provision, terraform: {vars: [x]}}
              d: {kind: provision, terraform: {action: destroy, plan_file: x}}
        """)
        text = self.pipectl("validate", code=2).stderr
        for part in ("sometimes", "needs a `playbook`", "must be a mapping", "a plan of its own"):
            self.assertIn(part, text)


class AnsibleTest(ProvisionTest):
    @classmethod
    def setUpClass(cls):
        if ANSIBLE is None and not harness.IN_CI:
            raise unittest.SkipTest("ansible-playbook is not installed")

    def play(self, task):
        self.write("localhost ansible_connection=local ansible_python_interpreter=/usr/bin/python3\n",
                   "hosts.ini")
        self.write(f"""
            - hosts: all
              gather_facts: false
              tasks:
                - {task}
        """, "site.yml")
        self.write("""
            stages:
              hosts:
                kind: provision
                ansible: {playbook: site.yml, inventory: hosts.ini, vars: {word: 'a "b"'}}
        """)

    def test_a_playbook_runs(self):
        self.play(f"copy: {{dest: '{self.folder}/made.txt', content: '{{{{ word }}}}'}}")
        events = self.run_it()
        self.assertEqual((self.folder / "made.txt").read_text(), 'a "b"')
        self.assertIn("changed=1", self.said(events))

    def test_a_task_that_fails_fails_the_stage(self):
        self.play("command: 'false'")
        end = self.end(self.run_it(code=1), "hosts")
        self.assertIn("exit code 2", end["reason"])


if __name__ == "__main__":
    harness.main()
