"""`pipectl init` and `pipectl doctor`, and what they write held against the schema."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import harness

TEMPLATES = ["node", "python", "cmake", "go", "rust", "docker", "kubernetes", "minimal"]


class InitTest(harness.PipectlTest):
    def test_every_template_is_valid(self):
        for name in TEMPLATES:
            with self.subTest(name):
                self.pipectl("init", "--force", "--template", name, code=0)
                self.pipectl("validate", code=0)
                self.pipectl("plan", code=0)

    def test_finds_what_is_here(self):
        files = {"package.json": '{"scripts": {"test": "jest", "build": "tsc"}}',
                 "package-lock.json": "{}", "Dockerfile": "FROM scratch\n", "go.mod": "module x\n",
                 "k8s/app.yaml": "apiVersion: v1\nkind: Service\n"}
        for name, text in files.items():
            self.write(text, name)
        done = self.pipectl("init", code=0)
        self.assertEqual(done.stdout, "")
        self.assertIn("node, go, docker, kubernetes", done.stderr)
        plan = json.loads(self.pipectl("plan", "--json", code=0).stdout)
        self.assertEqual([s["name"] for s in plan["stages"]],
                         ["install", "node-test", "audit", "vet", "go-test", "govulncheck",
                          "node-build", "go-build", "image", "deploy"])
        commands = {s["name"]: s["commands"] for s in plan["stages"]}
        self.assertEqual(commands.get("install") or ["npm ci"], ["npm ci"])

    def test_known_tools_are_written_by_their_names(self):
        self.write(json.dumps({"scripts": {"lint": "x", "test": "y"}, "devDependencies":
                               {"eslint": "9", "jest": "29", "jest-junit": "16"}}), "package.json")
        for sign in ("package-lock.json", ".yamllint", ".secrets.baseline", "jest.config.js", "tsconfig.json"):
            self.write("{}", sign)
        self.pipectl("init", code=0)
        plan = json.loads(self.pipectl("plan", "--json", code=0).stdout)
        self.assertEqual([s["name"] for s in plan["stages"]],
                         ["install", "lint", "test", "audit", "tsc", "yamllint", "detect-secrets"])
        text = (self.folder / "pipeline.yaml").read_text()
        self.assertEqual(re.findall(r"tool: (\S+)", text),
                         ["eslint", "jest", "npm-audit", "tsc", "yamllint", "detect-secrets"])

    def test_every_sign_of_a_tool_leads_to_it(self):
        signs = {"ruff.toml": "ruff", ".shellcheckrc": "shellcheck", ".hadolint.yaml": "hadolint",
                 "pom.xml": "maven", "gradlew": "gradle", "tests/conftest.py": "pytest",
                 ".gitleaks.toml": "gitleaks", ".clang-tidy": "clang-tidy"}
        for sign, tool in signs.items():
            with self.subTest(sign):
                folder = self.folder / tool
                path = folder / sign
                path.parent.mkdir(parents=True)
                path.write_text("")
                self.assertIn(f"tool: {tool}\n", self.pipectl("init", "--stdout", code=0, cwd=folder).stdout)

    def test_a_project_whose_tool_is_absent_does_not_pass(self):
        self.write("module x\n", "go.mod")
        self.pipectl("init", code=0)
        empty = self.folder / "bin"
        empty.mkdir()
        env = harness.clean_environment(PATH=str(empty))
        done = self.pipectl("run", "--ui", "plain", code=1, env=env)
        self.assertIn("requires go, which is not in PATH", done.stdout)
        self.assertRegex(done.stdout, "govulncheck +SKIPPED")

    def test_what_pipectl_does_itself_is_no_command(self):
        self.write("FROM scratch\n", "Dockerfile")
        self.write("apiVersion: v1\nkind: Service\n", "deploy/app.yaml")
        text = self.pipectl("init", "--stdout", code=0).stdout
        self.assertIn("docker: {tags: ['app:latest']}", text)
        self.assertIn("kubernetes: {manifests: deploy/}", text)
        self.assertNotIn("run:", text)

    def test_no_word_of_a_lock_file_that_is_not_there(self):
        self.write("{}", "package.json")
        self.assertNotIn("lock file", self.pipectl("init", "--stdout", code=0).stdout)
        self.write("{}", "package-lock.json")
        self.assertIn("lock file", self.pipectl("init", "--stdout", code=0).stdout)

    def test_does_not_overwrite(self):
        self.write("mine: true")
        done = self.pipectl("init", code=2)
        self.assertIn("already there", done.stderr)
        self.assertEqual((self.folder / "pipeline.yaml").read_text(), "mine: true")
        self.pipectl("init", "--force", code=0)
        self.assertIn("stages:", (self.folder / "pipeline.yaml").read_text())

    def test_a_link_that_leads_nowhere_is_there_too(self):
        (self.folder / "pipeline.yaml").symlink_to("nowhere")
        self.pipectl("init", code=2)

    def test_stdout_writes_nothing(self):
        done = self.pipectl("init", "--stdout", "--template", "go", code=0)
        self.assertIn("go test ./...", done.stdout)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_hostile_folder_name_is_text(self):
        folder = self.folder / 'a"$(touch pwned): {}\n# x'
        folder.mkdir()
        self.pipectl("init", code=0, cwd=folder)
        plan = json.loads(self.pipectl("plan", "--json", code=0, cwd=folder).stdout)
        self.assertEqual(plan["pipeline"], folder.name)

    def test_an_unknown_template(self):
        self.assertIn("did you mean 'node'?", self.pipectl("init", "--template", "nod", code=2).stderr)


class DoctorTest(harness.PipectlTest):
    def findings(self, code, **options):
        done = self.pipectl("doctor", "--json", code=code, **options)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["ok"], code == 0)
        return {(c["topic"], c["name"]): c for c in answer["checks"]}, done.stdout

    def test_programs_secrets_and_places(self):
        self.write("""
            secrets:
              THERE: {env: SOURCE}
              ABSENT: {env: NO_SUCH_SOURCE}
              MAYBE: {env: NO_SUCH_SOURCE, optional: true}
            stages:
              a: {run: 'true', secrets: [THERE, ABSENT, MAYBE], requires: [sh, no-such-tool]}
              b: {run: 'true', requires: {no-such-other: required}, shell: bash}
        """)
        env = harness.clean_environment(SOURCE="hunter2-hunter2")
        found, text = self.findings(1, env=env)
        self.assertNotIn("hunter2", text)
        health = {key: value["health"] for key, value in found.items()}
        self.assertEqual(health[("secret", "THERE")], "ok")
        self.assertEqual(health[("secret", "ABSENT")], "error")
        self.assertEqual(health[("secret", "MAYBE")], "note")
        self.assertEqual(health[("program", "sh")], "ok")
        self.assertEqual(health[("program", "bash")], "ok")
        self.assertEqual(health[("program", "no-such-tool")], "warning")
        self.assertEqual(health[("program", "no-such-other")], "error")
        self.assertEqual(health[("state", "folder")], "ok")
        self.assertFalse((self.folder / ".pipectl").exists())

    def bare_path(self):
        """A PATH with a shell and nothing else: neither docker nor kubectl."""
        programs = self.folder / "programs"
        programs.mkdir(exist_ok=True)
        for program in ("sh", "git"):
            if not (programs / program).exists():
                (programs / program).symlink_to(shutil.which(program))
        return harness.clean_environment(PATH=str(programs))

    def test_what_a_stage_starts_by_itself(self):
        self.write("""
            stages:
              image: {kind: build, docker: {tags: ['shop:1']}}
              push: {kind: publish, docker: {image: 'shop:1', to: [example.org/shop], tags: ['1']}}
              up: {kind: deploy, kubernetes: {manifests: k8s/}}
        """)
        found, _ = self.findings(1, env=self.bare_path())
        self.assertEqual(found[("program", "kubectl")]["health"], "error")
        self.assertIn("up would fail", found[("program", "kubectl")]["detail"])
        self.assertIn("image, push would fail", found[("program", "docker")]["detail"])
        self.assertEqual(found[("docker", "engine")]["health"], "error")

    def test_a_tool_that_another_program_starts(self):
        self.write("""
            stages:
              first: {kind: lint, tool: eslint, needs: []}
              later: {kind: test, tool: pytest, needs: [first], env: {PATH: 'venv:/usr/bin:/bin'}}
              scan: {kind: security, tool: bandit}
        """)
        env = self.bare_path()
        for name, text in (("programs/npx", 'echo "no eslint here" >&2; exit 1'),
                           ("venv/python3", 'test "$*" = "-m pytest --version" && echo pytest 8.1')):
            self.write(f"#!/bin/sh\n{text}\n", name).chmod(0o755)
        found, _ = self.findings(1, env=env)
        self.assertEqual(found[("tool", "eslint")]["health"], "error")
        self.assertEqual(found[("tool", "eslint")]["detail"],
                         "`npx --no-install eslint --version` fails: no eslint here; first would fail")
        self.assertIn("npm install --save-dev eslint", found[("tool", "eslint")]["hint"])
        self.assertEqual(found[("tool", "pytest")]["health"], "ok")
        self.assertIn("pytest 8.1", found[("tool", "pytest")]["detail"])
        self.assertEqual(found[("program", "bandit")]["hint"],
                         "pip install bandit; or with `image: ghcr.io/pycqa/bandit/bandit:latest`")
        self.write("#!/bin/sh\nexit 3\n", "venv/python3").chmod(0o755)
        found, _ = self.findings(1, env=env)
        self.assertEqual(found[("tool", "pytest")]["health"], "warning")
        self.assertIn("unless a stage before it installs it", found[("tool", "pytest")]["detail"])

    def test_a_part_of_a_tool_that_is_installed_by_itself(self):
        alone = "PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1', PYTHONPATH: shadow"
        self.write("stages: {a: {kind: test, tool: pytest-cov, env: {%s}}, b: {kind: test, tool: jest, needs: []}}\n" % alone)
        self.write('raise ModuleNotFoundError("No module named \'pytest_cov\'")\n', "shadow/pytest_cov.py")
        self.write("#!/bin/sh\necho 29.7.0\n", "programs/npx").chmod(0o755)
        env = harness.clean_environment(PATH=f"{self.folder}/programs:/usr/bin:" + os.environ["PATH"])
        found, _ = self.findings(1, env=env)
        self.assertIn("`python3 -m pytest -p pytest_cov --version` fails:", found[("tool", "pytest-cov")]["detail"])
        self.assertIn("No module named 'pytest_cov'", found[("tool", "pytest-cov")]["detail"])
        self.assertEqual(found[("tool", "pytest-cov")]["hint"], "pip install pytest pytest-cov; there is no well-known "
                                                                "image of it, `image` takes your own")
        self.assertIn("Cannot find module 'jest-junit'; b would fail", found[("tool", "jest")]["detail"])
        (self.folder / "shadow/pytest_cov.py").unlink()
        self.write("", "node_modules/jest-junit/index.js")
        found, _ = self.findings(0, env=env)
        self.assertRegex(found[("tool", "pytest-cov")]["detail"], r"answers pytest \d")
        self.assertIn("answers 29.7.0", found[("tool", "jest")]["detail"])

    def test_an_engine_that_may_never_be_asked_for(self):
        self.write("""
            stages:
              a: {run: 'true'}
              b: {when: "branch == 'main'", services: {cache: redis:7}, run: 'true'}
        """)
        found, _ = self.findings(0, env=self.bare_path())
        self.assertEqual(found[("docker", "engine")]["health"], "warning")

    def test_well(self):
        self.write("stages: {a: {run: 'true'}}")
        done = self.pipectl("doctor", code=0)
        self.assertIn("Everything that it needs is here", done.stdout)

    def test_a_state_folder_that_can_not_be(self):
        self.write("stages: {a: {run: 'true'}}")
        self.write("a file", "file")
        found, _ = self.findings(1, env=harness.clean_environment(
            PIPECTL_STATE_DIR=str(self.folder / "file" / "state")))
        self.assertEqual(found[("state", "folder")]["health"], "error")

    def test_repository(self):
        self.write("stages: {a: {run: 'true'}}")
        self.git("init")
        found, _ = self.findings(0)
        self.assertIn("no commit yet", found[("git", "repository")]["detail"])
        self.git("add", ".")
        self.git("commit", "-m", "one")
        found, _ = self.findings(0)
        self.assertRegex(found[("git", "repository")]["detail"], r"^main at [0-9a-f]+$")

    def test_a_source_in_a_folder_is_looked_at(self):
        sources = {"shop": ("ok", "main at "), "shop.git": ("ok", "main at "), ".": ("ok", "main at "),
                   "bare": ("ok", "main at "), "file://" + str(self.folder / "shop"): ("ok", "main at "),
                   "plain": ("error", ""), "nowhere": ("error", "no such folder"),
                   "https://localhost:1/shop": ("note", "network")}
        for name in ("shop", "."):
            self.write("a file", f"{name}/file")
            self.git("init", cwd=self.folder / name)
            self.git("add", "file", cwd=self.folder / name)
            self.git("commit", "-m", "one", cwd=self.folder / name)
        self.git("clone", "--bare", "shop", "shop.git")
        self.git("clone", "--bare", "shop", "bare.git")
        (self.folder / "plain").mkdir()
        for source, (health, detail) in sources.items():
            with self.subTest(source):
                self.write(f"source: '{source}'\nstages: {{a: {{run: 'true'}}}}")
                found, _ = self.findings(1 if health == "error" else 0)
                self.assertEqual(found[("source", source.removeprefix("file://"))]["health"], health)
                self.assertIn(detail, found[("source", source.removeprefix("file://"))]["detail"])


class SchemaTest(harness.PipectlTest):
    """The schema agrees with a real validator, and with what loads and what does not."""

    def check(self, *files):
        schema = self.folder / "schema.json"
        schema.write_text(self.pipectl("schema", code=0).stdout)
        script = pathlib.Path(__file__).resolve().parent.parent / "support" / "check_schema.py"
        done = subprocess.run(["/usr/bin/python3", script, schema, *files], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

    def test_what_init_writes(self):
        files = []
        for name in TEMPLATES:
            text = self.pipectl("init", "--stdout", "--template", name, code=0).stdout
            files.append(self.write(text, name + ".yaml"))
        for file, problems in self.check(*files).items():
            self.assertEqual(problems, [], file)

    def test_what_does_not_load(self):
        wrong = {"key": "stages: {a: {run: x, timout: 3}}", "kind": "stages: {a: {kind: tset, run: x}}",
                 "type": "stages: {a: {run: x, weight: many}}", "top": "stagse: {}",
                 "retry": "stages: {a: {run: x, retry: {max: 1, on: [never]}}}",
                 "event": "on: {pushh: {}}\nstages: {a: {run: x}}",
                 "check": "stages: {a: {kind: verify, checks: [{htp: x}]}}",
                 "others": "stages: {a: {kind: lint, run: x, undo: y}}"}
        files = [self.write(text, name + ".yaml") for name, text in wrong.items()]
        for file, problems in self.check(*files).items():
            self.assertNotEqual(problems, [], file)
            self.pipectl("validate", file, code=2)


if __name__ == "__main__":
    unittest.main()
