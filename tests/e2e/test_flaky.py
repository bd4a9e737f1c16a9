"""Failed tests run again: by the real tools, only those that failed, and always told."""
import xml.etree.ElementTree as ElementTree

from harness import main
from report_case import ReportTest, needs


class Flaky(ReportTest):
    FLAKY = """
        stages:
          unit:
            kind: test
            run: python3 -m pytest --junitxml=junit.xml
            reports: {junit: junit.xml}
            env: {PYTHONDONTWRITEBYTECODE: '1'}
            flaky: {rerun: python3 -m pytest --last-failed --junitxml=junit.xml, max: 2%s}
        """
    TESTS = ("import pathlib\n\n\ndef test_good():\n    count('good')\n\n\n"
             "def test_now_and_then():\n    assert count('now') == 2\n\n\n"
             "def test_never():\n    count('never')\n    assert %s\n\n\n"
             "def count(name):\n    file = pathlib.Path(name + '.txt')\n"
             "    file.write_text((file.read_text() if file.exists() else '') + 'x')\n"
             "    return len(file.read_text())\n")

    @needs("pytest-3")
    def test_only_failed_tests_run_again(self):
        self.write(self.FLAKY % "")
        self.write(self.TESTS % "True", "test_it.py")
        self.assertEqual(self.finished(code=0)["unit"]["summary"], "3 tests · 1 flaky")
        self.assertEqual((self.folder / "good.txt").read_text(), "x")
        self.assertEqual((self.folder / "now.txt").read_text(), "xx")

    @needs("pytest-3")
    def test_what_fails_each_time_has_failed_unless_it_may(self):
        self.write(self.FLAKY % "")
        self.write(self.TESTS % "False", "test_it.py")
        ended = self.finished(code=1)["unit"]
        self.assertEqual(ended["reason"], "exit code 1")
        self.assertEqual(ended["summary"], "3 tests · 1 failed · 1 flaky")
        self.assertEqual((self.folder / "never.txt").read_text(), "xxx")
        (self.folder / "now.txt").unlink()
        more = ", quarantine: [{test: 'test_it.test_never', reason: issue 7, expires: 2099-12-31}]"
        self.write(self.FLAKY % more)
        ended = self.finished(code=0)["unit"]
        self.assertEqual(ended["summary"], "3 tests · 1 flaky · 1 quarantined")
        run = sorted((self.folder / ".pipectl/runs").iterdir())[-1]
        junit = ElementTree.parse(run / "artifacts/junit.xml")
        self.assertIn("quarantined until 2099-12-31: issue 7", junit.find(".//skipped").get("message"))

    TOOL = """
        stages:
          unit:
            kind: test
            tool: %s
            env: {PYTHONDONTWRITEBYTECODE: '1'}
            flaky: {max: 2}
        """

    @needs("pytest-3")
    def test_pytest_knows_which_tests_failed(self):
        self.write(self.TOOL % "pytest")
        self.write(self.TESTS % "True", "test_it.py")
        self.assertEqual(self.finished(code=0)["unit"]["summary"], "3 tests · 1 flaky")
        self.assertEqual((self.folder / "good.txt").read_text(), "x")
        self.assertEqual((self.folder / "now.txt").read_text(), "xx")
        self.assertFalse((self.folder / ".pytest_cache").exists())

    @needs("node")
    def test_node_is_given_the_names_of_failed_tests(self):
        self.write(self.TOOL % "node-test")
        self.write("""
            const {test, describe, it} = require('node:test');
            const fs = require('fs');
            const count = (name) => {
              fs.appendFileSync(name + '.txt', 'x');
              return fs.readFileSync(name + '.txt', 'utf8').length;
            };
            test('good', () => { count('good'); });
            describe('suite', () => {
              it('now and (then)', () => { if (count('now') !== 2) throw new Error('no'); });
              it('not now and (then)', () => { count('other'); });
            });
            """, "it.test.js")
        self.assertEqual(self.finished(code=0)["unit"]["summary"], "3 tests · 1 flaky")
        self.assertEqual((self.folder / "good.txt").read_text(), "x")
        self.assertEqual((self.folder / "now.txt").read_text(), "xx")

    @needs("ctest")
    def test_ctest_is_given_the_names_of_failed_tests(self):
        self.write(self.TOOL % "ctest")
        self.write("add_test([=[good]=] sh -c \"echo x >> good.txt\")\n"
                   "add_test([=[a+b (now)]=] sh -c \"echo x >> now.txt; test $(wc -l < now.txt) -gt 1\")\n",
                   "build/CTestTestfile.cmake")
        ended = self.finished(code=0)["unit"]
        self.assertEqual((ended["summary"], ended["exit_code"]), ("2 tests · 1 flaky", 8))
        self.assertEqual((self.folder / "build/good.txt").read_text(), "x\n")

    @needs("ctest")
    def test_an_own_choice_of_tests_is_not_run_again_as_a_whole(self):
        self.write(self.TOOL.replace("flaky:", "args: [-R, good|now]\n            flaky:") % "ctest")
        self.write("add_test(good sh -c \"echo x >> good.txt\")\nadd_test(other false)\n"
                   "add_test(now sh -c \"echo x >> now.txt; test $(wc -l < now.txt) -gt 1\")\n",
                   "build/CTestTestfile.cmake")
        self.assertEqual(self.finished(code=0)["unit"]["summary"], "2 tests · 1 flaky")
        self.assertEqual((self.folder / "build/good.txt").read_text(), "x\n")

    def test_a_rerun_of_ones_own(self):
        self.write("""
            stages:
              unit:
                kind: test
                run: |
                  printf '<testsuite><testcase classname="net" name="a b"><failure/></testcase><testcase name="c"/></testsuite>' > junit.xml
                  exit 7
                reports: {junit: junit.xml}
                flaky:
                  rerun:
                    - printf '%s' "$PIPECTL_FAILED_TESTS" > failed.txt
                    - printf '<testsuite><testcase classname="net" name="a b"/></testsuite>' > junit.xml
            """)
        ended = self.finished(code=0)["unit"]
        self.assertEqual((ended["summary"], ended["exit_code"]), ("2 tests · 1 flaky", 7))
        self.assertEqual((self.folder / "failed.txt").read_text(), "net\ta b")


if __name__ == "__main__":
    main()
