"""Where findings are, for those who show them beside the code: GitHub, GitLab, another checkout."""
import json
import pathlib
import shutil
import unittest

from harness import IN_CI, PipectlTest, clean_environment, main

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures/reports"
SEVERITIES = {"info", "minor", "major", "critical", "blocker"}

# As ESLint does it: with the whole path.
LINT = """
    stages:
      lint:
        working_directory: web
        run: >-
          printf '[{"filePath":"%s/app.js","errorCount":1,"messages":[
          {"ruleId":"no-eval","severity":2,"message":"eval","line":3}]}]' "$PWD" > lint.json
        reports: {eslint: lint.json}
        gate: {new_findings: 0}
    """


class Places(PipectlTest):
    def gitlab(self, run):
        return json.loads((self.folder / ".pipectl/runs" / run / "artifacts/gl-code-quality-report.json").read_text())

    def check_gitlab(self, issues):
        """What GitLab's documentation of the format says of each."""
        self.assertIsInstance(issues, list)
        for issue in issues:
            with self.subTest(issue):
                for key in ("description", "check_name", "fingerprint"):
                    self.assertIsInstance(issue[key], str)
                    self.assertNotEqual(issue[key], "")
                self.assertIn(issue["severity"], SEVERITIES)
                path = issue["location"]["path"]
                self.assertIsInstance(path, str)
                self.assertNotEqual(path, "")
                self.assertFalse(path.startswith(("/", "./")), path)
                self.assertIs(type(issue["location"]["lines"]["begin"]), int)
                self.assertGreaterEqual(issue["location"]["lines"]["begin"], 1)

    def test_a_finding_is_where_the_repository_has_it(self):
        self.write(LINT.replace("gate: {new_findings: 0}", "") + """
      shell:
        working_directory: web
        needs: []
        run: |
          echo './run.sh:2:6: warning: quote it [SC2086]' > found.txt
          echo 'old.js:1:1: error: old [-Wx]' >> found.txt
        reports: {gcc: found.txt}
        waivers: [{path: web/old.js, reason: gone, expires: 2099-12-31}]
""")
        for name in ("app.js", "run.sh", "old.js"):
            self.write("", f"web/{name}")
        events = self.events(code=0)
        found = {e["rule"]: e["path"] for e in events if e["event"] == "stage.finding"}
        self.assertEqual(found, {"no-eval": "web/app.js", "SC2086": "web/run.sh"})
        self.check_gitlab(self.gitlab(events[0]["run"]))
        printed = self.pipectl("run", env=clean_environment(GITHUB_ACTIONS="true", CI="true")).stdout
        self.assertIn("::error file=web/app.js,line=3", printed)

    def test_a_committed_baseline_holds_in_another_checkout(self):
        self.write("", "web/app.js")
        self.write(LINT)
        self.pipectl("run", code=0)
        self.write(self.pipectl("report", "--sarif", code=0).stdout, "web/known.sarif")
        self.write(LINT.rstrip(" ") + "        baseline: known.sarif\n")
        self.pipectl("run", code=0)
        other = self.folder / "other/checkout"
        shutil.copytree(self.folder / "web", other / "web")
        shutil.copy(self.folder / "pipeline.yaml", other)
        self.pipectl("run", code=0, cwd=other)

    @unittest.skipIf(not IN_CI and not (shutil.which("flake8") and shutil.which("shellcheck")), "not installed")
    def test_gitlab_gets_all_that_it_asks_for(self):
        """Of real tools, and of what real tools wrote that tell no place, no rule, no line."""
        for name in ("npm-audit/v2.json", "trivy/unverified-image.json", "gitleaks/history.json", "sarif/eslint.sarif"):
            text = (FIXTURES / name).read_text()
            self.write(text.replace("file:///src/", f"file://{self.folder}/web/"), name.partition("/")[0])
        self.write("import os\n", "web/app.py")
        self.write("#!/bin/sh\necho $1\n", "web/run.sh")
        self.write("""
            defaults: {working_directory: web}
            stages:
              python: {kind: lint, tool: flake8, gate: {findings: 1}}
              shell: {kind: lint, tool: shellcheck, gate: {findings: 1}, needs: []}
              audit: {kind: security, run: cp ../npm-audit a.json, reports: {npm-audit: a.json}, needs: []}
              scan: {kind: security, run: cp ../trivy t.json, reports: {trivy: t.json}, needs: []}
              secrets: {kind: security, run: cp ../gitleaks g.json, reports: {gitleaks: g.json}, needs: []}
              merged: {kind: lint, run: cp ../sarif s.json, reports: {sarif: s.json}, needs: []}
              build: {run: "echo 'a.c:3: error: no rule' > b.txt", reports: {gcc: b.txt}, needs: []}
              bare:
                run: >-
                  echo '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"t"}},"results":[{"level":"error"}]}]}' > n.json
                reports: {sarif: n.json}
                needs: []
            """)
        env = clean_environment(PATH="/usr/bin:/bin")
        issues = self.gitlab(self.events(code=0, env=env)[0]["run"])
        self.check_gitlab(issues)
        self.assertLessEqual({"web/app.py", "web/app.js", "web/run.sh", "a.c", "."},
                             {issue["location"]["path"] for issue in issues})
        names = {(issue["check_name"], issue["description"]) for issue in issues}
        self.assertIn(("build", "no rule"), names)
        self.assertIn(("bare", "bare"), names)


if __name__ == "__main__":
    main()
