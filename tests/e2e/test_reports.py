"""Reports and gates with the real tools: what they write is read, kept and merged."""
import json
import os
import shutil
import unittest
import xml.etree.ElementTree as ElementTree

from harness import clean_environment, main, programs
from report_case import ReportTest, needs

GOOD = "def add(a, b):\n    return a + b\n"


class Reports(ReportTest):
    @needs("flake8")
    def test_a_linter_finds_and_the_gate_decides(self):
        self.write("stages: {lint: {kind: lint, tool: flake8}}\n")
        self.write("import os\n", "app.py")
        ended = self.finished(code=1)["lint"]
        self.assertEqual(ended["reason"], "gate errors: 1, want == 0")
        self.assertEqual(ended["summary"], "1 error")
        self.write("stages: {lint: {kind: lint, tool: flake8, gate: {errors: '<= 1'}}}\n")
        self.assertEqual(self.finished(code=0)["lint"]["outcome"], "succeeded")
        self.write(GOOD, "app.py")
        self.assertEqual(self.finished(code=0)["lint"]["summary"], "no findings")

    @needs("shellcheck")
    def test_arguments_with_wildcards_are_files(self):
        self.write("stages: {shell: {kind: lint, tool: shellcheck}}\n")
        self.write("#!/bin/sh\necho $1\n", "scripts/a b.sh")
        events = self.events(code=0)
        found = [e for e in events if e["event"] == "stage.finding"]
        self.assertEqual([(e["rule"], e["path"], e["line"]) for e in found],
                         [("SC2086", "scripts/a b.sh", 2)])
        shutil.rmtree(self.folder / "scripts")
        ended = self.finished(code=1)["shell"]
        self.assertEqual(ended["reason"], "no file matches '**/*.sh'")

    @needs("cppcheck")
    def test_a_tool_whose_errors_are_errors(self):
        self.write("stages: {lint: {kind: lint, tool: cppcheck, gate: {errors: 0, info: 2}}}\n")
        self.write("#include <string>\nstruct S { int n; S(int m) { n = m; } };\n"
                   "bool f(std::string s) { return s.empty(); }\n", "a.cpp")
        self.finished(code=0)
        self.write("int main() { int a[2]; a[5] = 1; return a[0]; }\n", "a.cpp")
        ended = self.finished(code=1)["lint"]
        self.assertRegex(ended["reason"], "^gate errors: [1-9], want == 0;")

    @needs("bandit")
    def test_a_scanner(self):
        self.write("stages: {scan: {kind: security, tool: bandit, args: [app]}}\n")
        self.write("import subprocess\nsubprocess.call('ls', shell=True)\n"
                   "subprocess.call(open('x').read(), shell=True)\n", "app/a.py")
        ended = self.finished(code=1)["scan"]
        self.assertEqual(ended["reason"], "gate high: 1, want == 0")
        self.write(GOOD, "app/a.py")
        self.assertEqual(self.finished(code=0)["scan"]["summary"], "critical 0 · high 0")
        self.write("stages: {scan: {kind: security, tool: bandit, args: [nosuch]}}\n")
        self.assertEqual(self.finished(code=1)["scan"]["reason"], "gate unknown: 1, want == 0")

    @needs("clang-tidy")
    def test_a_tool_that_says_it_found_something_and_shows_nothing(self):
        self.write("int main() { return 0; }\n", "a.cpp")
        self.write('[{"directory": ".", "file": "a.cpp", "command": "c++ -c a.cpp"}]', "build/compile_commands.json")
        self.write("Checks: '-*,bugprone-*'\n", ".clang-tidy")
        self.write("stages: {lint: {kind: lint, tool: clang-tidy}}\n")
        self.assertEqual(self.finished(code=0)["lint"]["summary"], "no findings")
        self.write("Checks: '-*,nosuch-*'\n", ".clang-tidy")
        ended = self.finished(code=1)["lint"]
        self.assertEqual((ended["outcome"], ended["reason"]), (
            "failed", "exit code 1, but no finding in the report: Error: no checks enabled."))
        self.assertIn("looked at nothing", ended["hint"])
        self.write("stages: {lint: {kind: lint, tool: clang-tidy, args: [--nosuch, a.cpp]}}\n")
        self.assertRegex(self.finished(code=1)["lint"]["reason"], "^exit code 1, but no finding in the report: .")

    @unittest.skipIf(shutil.which("gitleaks") is None, programs.missing("gitleaks"))
    def test_a_committed_secret_is_found_and_stands_nowhere(self):
        secret = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"  # in two: of this file it is not to be found
        repository = self.folder / "app"
        self.write(f"token = '{secret}'\n", "app/old.py")
        self.write("stages: {scan: {kind: security, tool: gitleaks}}\n", "app/pipeline.yaml")
        self.git("init", "-q", cwd=repository)
        for words in (["add", "-A"], ["commit", "-qm", "a"], ["rm", "-q", "old.py"], ["commit", "-qm", "b"]):
            self.git(*words, cwd=repository)
        env = clean_environment(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(self.folder / "summary.md"))
        said = self.pipectl("run", "--ui", "json", cwd=repository, env=env, code=1)
        events = [json.loads(line) for line in said.stdout.splitlines()]
        ended = next(e for e in events if e["event"] == "stage.finished")
        self.assertEqual(ended["reason"], "gate findings: 1, want == 0")
        found = next(e for e in events if e["event"] == "stage.finding")
        self.assertEqual((found["rule"], found["path"], found["line"]), ("github-pat", "old.py", 1))
        printed = [self.pipectl(*words, cwd=repository, env=env) for words in (
            ["run", "--ui", "plain"], ["run"], ["logs", "scan"], ["explain", "scan"], ["report", "-o", "page.html"])]
        self.assertNotIn(secret, "".join(done.stdout + done.stderr for done in [said, *printed]))
        written = [path for path in self.folder.rglob("*") if path.is_file() and ".git" not in path.parts]
        self.assertIn("page.html", {path.name for path in written})
        self.assertIn("findings.sarif", {path.name for path in written})
        self.assertEqual([path for path in written if secret.encode() in path.read_bytes()], [])

    @needs("pytest-3")
    def test_tests_with_coverage_in_a_matrix(self):
        self.write("""
            stages:
              unit:
                kind: test
                tool: pytest-cov
                matrix: {part: [a, b]}
                env: {PART: '${{ matrix.part }}', PYTHONDONTWRITEBYTECODE: '1'}
                gate: {coverage: '>= 60%', tests.failed: 0}
            """)
        self.write("def add(a, b):\n    return a + b\n\n\ndef never():\n    return 1\n", "calc.py")
        self.write("import os\nimport calc\n\n\ndef test_add():\n    assert calc.add(1, 1) == 2\n\n\n"
                   "def test_part():\n    assert os.environ['PART'] == 'a'\n", "test_calc.py")
        ended = self.finished("-k", code=1)
        self.assertEqual(ended["unit (a)"]["outcome"], "succeeded")
        self.assertRegex(ended["unit (a)"]["summary"], r"^2 tests · coverage \d")
        self.assertEqual(ended["unit (b)"]["reason"], "exit code 1")
        self.assertIn("2 tests · 1 failed", ended["unit (b)"]["summary"])

    WAIVER = "{rule: 'F*', path: 'app*', reason: 'goes in spring', expires: %s}"

    @needs("flake8")
    def test_a_waiver_holds_until_its_day_and_is_always_told(self):
        self.write("import os\n", "app.py")
        for day, code in (("2099-12-31", 0), ("2001-12-31", 1)):
            self.write("stages: {lint: {kind: lint, tool: flake8, waivers: [%s]}}\n" % (self.WAIVER % day))
            events = self.events(code=code, env=clean_environment(PATH="/usr/bin:/bin:" + os.environ["PATH"]))
            ended = next(e for e in events if e["event"] == "stage.finished")
            run = sorted((self.folder / ".pipectl/runs").iterdir())[-1]
            sarif = json.loads((run / "artifacts/findings.sarif").read_text())["runs"][0]["results"][0]
            kept = (run / "reports/lint/waived.jsonl").read_text()
            told = " ".join(e["text"] for e in events if e["event"] == "stage.note")
            if code:
                self.assertEqual(ended["reason"], "gate errors: 1, want == 0")
                self.assertEqual(ended["summary"], "1 error · 1 waiver expired")
                self.assertEqual(kept, "")
                self.assertNotIn("suppressions", sarif)
                self.assertIn("the waiver of F* in app* expired on 2001-12-31: goes in spring", told)
            else:
                self.assertEqual(ended["summary"], "no findings · 1 waived")
                self.assertEqual(json.loads(kept)["waived"], "until 2099-12-31: goes in spring")
                self.assertEqual(sarif["suppressions"][0]["justification"], "until 2099-12-31: goes in spring")
                self.assertIn("waived until 2099-12-31: goes in spring: F401", told)
                self.assertEqual([e for e in events if e["event"] == "stage.finding"], [])
        shown = self.pipectl("runs", "show", code=0).stdout
        self.assertIn("waiver expired", shown)

    @needs("flake8")
    def test_a_waived_gate_is_told(self):
        self.write("import os\n", "app.py")
        self.write("stages: {lint: {kind: lint, tool: flake8, waivers: [{gate: errors, reason: later, expires: 2099-12-31}]}}\n")
        events = self.events(code=0)
        ended = next(e for e in events if e["event"] == "stage.finished")
        self.assertEqual(ended["summary"],
                         "1 error · gate errors: 1, want == 0, waived until 2099-12-31: later")
        gate = next(e for e in events if e["event"] == "gate.evaluated")
        self.assertEqual((gate["bound"], gate["passed"], gate["waived"]),
                         ("== 0", False, "until 2099-12-31: later"))

    def test_a_report_of_a_gigabyte_is_an_error_and_never_a_pass(self):
        for size, reason in (("1G", "it has 1.0 GiB, more than the 512.0 MiB that are read"),
                             ("512M", "no well-formed XML")):
            with self.subTest(size):
                self.write("stages: {t: {kind: test, run: 'truncate -s SIZE j.xml', "
                           "reports: {junit: j.xml}}}\n".replace("SIZE", size))
                ended = self.finished(code=1)["t"]
                self.assertEqual(ended["outcome"], "failed")
                self.assertIn(reason, ended["reason"])

    def test_a_tool_that_is_not_there(self):
        self.write("stages: {scan: {kind: lint, tool: hadolint}}\n")
        if shutil.which("hadolint"):
            self.skipTest("it is there")
        ended = self.finished(code=1)["scan"]
        self.assertEqual(ended["outcome"], "failed")
        self.assertIn("github.com/hadolint", ended["hint"])
        doctor = self.pipectl("doctor").stdout
        self.assertIn("hadolint", doctor)

    def test_all_is_merged_into_one_file_of_each_kind(self):
        self.write("""
            stages:
              tests:
                run: >-
                  printf '<testsuite><testcase name="a &lt;b&gt;"/><testcase name="c"><failure
                  message="no &amp; never"/></testcase></testsuite>' > j.xml
                reports: {junit: j.xml}
              lint:
                run: >-
                  echo '[{"filePath":"a.js","errorCount":0,"messages":[{"ruleId":"r","severity":1,"message":"m","line":3}]}]'
                  > e.json
                reports: {eslint: e.json}
            """)
        events = self.events(code=0)
        artifacts = self.folder / ".pipectl" / "runs" / events[0]["run"] / "artifacts"
        sarif = json.loads((artifacts / "findings.sarif").read_text())
        self.assertEqual(sarif["version"], "2.1.0")
        result = sarif["runs"][0]["results"][0]
        self.assertEqual((result["ruleId"], result["level"]), ("r", "warning"))
        issues = json.loads((artifacts / "gl-code-quality-report.json").read_text())
        self.assertEqual(issues[0]["location"], {"path": "a.js", "lines": {"begin": 3}})
        root = ElementTree.parse(artifacts / "junit.xml").getroot()
        self.assertEqual([case.get("name") for case in root.iter("testcase")], ["a <b>", "c"])
        self.assertEqual(root.find(".//failure").get("message"), "no & never")
        # What pipectl writes it can read.
        self.write(f"""
            stages:
              again:
                run: cp {artifacts}/junit.xml {artifacts}/findings.sarif .
                reports: {{junit: junit.xml, sarif: findings.sarif}}
                gate: {{tests: 2, tests.failed: 1, warnings: 1}}
            """)
        self.pipectl("run", code=0)

    def test_github_gets_annotations(self):
        self.write("""
            stages:
              lint:
                run: "echo 'a.c:3:4: error: 50% of, it: bad [-Wx]' > found.txt"
                reports: {gcc: found.txt}
            """)

        env = clean_environment(GITHUB_ACTIONS="true", CI="true")
        done = self.pipectl("run", "--ui", "plain", env=env)
        printed = self.pipectl("run", env=env).stdout
        self.assertIn("::error file=a.c,line=3,col=4,title=x::50%25 of, it: bad", printed)
        self.assertNotIn("::error", done.stdout)


if __name__ == "__main__":
    main()
