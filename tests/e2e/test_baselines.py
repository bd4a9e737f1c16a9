"""What new findings and changes are compared with: an earlier run, or a committed file."""
import json
import pathlib
import subprocess

from harness import PipectlTest, clean_environment, main

LINT = """
    stages:
      lint:
        run: cp given.txt found.txt
        reports: {gcc: found.txt}
        gate: {new_findings: 0}
    """
OLD = "a.c:1:1: warning: old [-Wold]\n"
MOVED = "a.c:9:1: warning: old [-Wold]\n"
NEW = "b.c:1:1: warning: new [-Wnew]\n"
ONE_NEW = "gate new_findings: 1, want == 0"


class Baselines(PipectlTest):
    def lint(self, given, *args, code=0, **options):
        """The stage's end and its gate."""
        self.write(given, "given.txt")
        events = self.events(*args, code=code, **options)
        gates = [e for e in events if e["event"] == "gate.evaluated"]
        return (next(e for e in events if e["event"] == "stage.finished"), gates[0] if gates else None)

    def fresh(self):
        """What the page of the last run calls new, and what it was compared with."""
        data = json.loads(self.pipectl("report", "--json", code=0).stdout)
        findings = data["stages"][0]["findings"]
        return ({one["rule"]: one["fresh"] for one in findings["shown"]}, findings["compared_with"])

    def test_new_findings_are_those_that_the_last_good_run_had_not(self):
        self.write(LINT)
        self.assertEqual(self.lint(OLD)[1]["actual"], "no baseline")
        self.assertEqual(self.lint(MOVED + NEW, code=1)[0]["reason"], ONE_NEW)
        # A run that failed is no baseline.
        self.lint(MOVED + NEW, code=1)
        self.lint(MOVED)

    def test_a_failure_that_is_let_pass_is_no_baseline(self):
        self.write(LINT.rstrip(" ") + "        allow_failure: true\n")
        self.lint(OLD)
        for _ in range(2):
            ended, gate = self.lint(OLD + NEW)
            self.assertEqual((ended["outcome"], ended["reason"]), ("warned", ONE_NEW))
            self.assertEqual(gate["actual"], "1")
        self.assertEqual(self.fresh()[0], {"old": False, "new": True})

    def test_each_branch_has_its_own_and_a_pull_request_that_of_its_target(self):
        self.write(LINT)
        self.lint(OLD, "--branch", "main")
        self.assertEqual(self.lint(OLD + NEW, "--branch", "work")[1]["actual"], "no baseline")
        self.assertEqual(self.lint(OLD + NEW, "--branch", "work")[1]["actual"], "0")
        into_main = clean_environment(GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="pull_request",
                                      GITHUB_HEAD_REF="work", GITHUB_BASE_REF="main")
        self.assertEqual(self.lint(OLD + NEW, code=1, env=into_main)[0]["reason"], ONE_NEW)
        self.assertEqual(self.lint(OLD, "--branch", "main")[1]["actual"], "0")

    def test_a_committed_file_tells_what_is_known(self):
        self.write(LINT.rstrip(" ") + "        baseline: known/lint.sarif\n")
        ended, gate = self.lint(OLD, code=1)
        self.assertRegex(ended["reason"], "^baseline known/lint.sarif: there is no such file$")
        self.assertIsNone(gate)
        self.assertIn("pipectl report --sarif", self.pipectl("run", code=1).stdout)
        (self.folder / "known").mkdir()
        self.pipectl("report", "--sarif", "-o", "known/lint.sarif", code=0)
        self.lint(MOVED)
        # However good the earlier run: the file alone decides.
        for _ in range(2):
            self.assertEqual(self.lint(MOVED + NEW, code=1)[0]["reason"], ONE_NEW)
        self.assertEqual(self.fresh(), ({"old": False, "new": True}, "the committed baseline"))
        self.pipectl("report", "--sarif", "-o", "known/lint.sarif", code=0)
        self.assertEqual(self.lint(NEW + MOVED)[1]["actual"], "0")

    def test_what_is_written_is_sarif(self):
        """Held against the schema: places and none, packages, waived ones, odd characters, no findings."""
        trivy = {"SchemaVersion": 2, "ArtifactName": ".", "Results": [{"Target": "package-lock.json", "Vulnerabilities": [
            {"VulnerabilityID": "CVE-1", "PkgName": "a", "InstalledVersion": "1", "Severity": "HIGH",
             "PrimaryURL": "https://example.org/1"}]}]}
        self.write(json.dumps(trivy), "trivy.txt")
        self.write("""
            stages:
              lint:
                run: cp given.txt found.txt
                reports: {gcc: found.txt}
                waivers: [{rule: old, reason: 'goes "soon"', expires: 2099-12-31}]
              scan: {run: cp trivy.txt trivy.json, reports: {trivy: trivy.json}, needs: []}
            """)
        run = self.lint(OLD + NEW + "c d.c:2: error: é \\ < 'q' \"d\"\n")[0]["run"]
        merged = self.folder / ".pipectl/runs" / run / "artifacts/findings.sarif"
        self.write(self.pipectl("report", "--sarif", code=0).stdout, "all.sarif")
        self.assertEqual(json.loads(merged.read_text()), json.loads((self.folder / "all.sarif").read_text()))
        self.write("stages: {a: {run: 'true'}}")
        self.pipectl("run", code=0)
        self.write(self.pipectl("report", "--sarif", code=0).stdout, "none.sarif")
        found = json.loads(merged.read_text())["runs"]
        self.assertEqual([len(one["results"]) for one in found], [3, 1])
        wrong = self.write(merged.read_text().replace('"ruleId"', '"rule"'), "wrong.sarif")
        tests = pathlib.Path(__file__).resolve().parents[1]
        schema = tests / "fixtures/schemas/sarif-2.1.0-rtm.5.json"
        done = subprocess.run(["/usr/bin/python3", tests / "support/check_schema.py", schema, merged, "none.sarif",
                               wrong], cwd=self.folder, stdout=subprocess.PIPE, check=True)
        problems = json.loads(done.stdout)
        self.assertNotEqual(problems.pop(str(wrong)), [])
        self.assertEqual(problems, {str(merged): [], "none.sarif": []})

    def test_a_committed_file_of_no_findings(self):
        self.write(LINT.replace("{new_findings: 0}", "{findings: '>= 0'}"))
        self.lint("")
        known = self.pipectl("report", "--sarif", code=0).stdout
        self.assertEqual(json.loads(known)["runs"], [])
        self.write(known, "known.sarif")
        self.write(LINT.rstrip(" ") + "        baseline: known.sarif\n")
        self.assertEqual(self.lint(OLD, code=1)[0]["reason"], ONE_NEW)
        for broken in (known[:-4], "", "[]"):
            self.write(broken, "known.sarif")
            reason = self.lint("", code=1)[0]["reason"]
            self.assertTrue(reason.startswith("baseline known.sarif: "), reason)


if __name__ == "__main__":
    main()
