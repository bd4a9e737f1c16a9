"""The commands beside `run`: what they print, where, and their exit codes."""
import json
import os
import subprocess
import unittest

import harness


class ValidateTest(harness.PipectlTest):
    def test_valid(self):
        self.write("stages: {a: {run: 'true'}, g: {parallel: {b: {run: 'true'}}}}")
        done = self.pipectl("validate", code=0)
        self.assertEqual(done.stdout, "pipeline.yaml: valid: 2 stages, 1 group\n")
        self.assertEqual(done.stderr, "")
        self.assertFalse((self.folder / ".pipectl").exists())

    def test_every_problem_at_once_on_stderr(self):
        self.write("stages:\n  a: {run: 'true', timout: 5}\n  b: {run: 'true', needs: [c]}\n")
        done = self.pipectl("validate", code=2)
        self.assertEqual(done.stdout, "")
        self.assertIn("pipeline.yaml:2:20: error: unknown key 'timout'", done.stderr)
        self.assertIn("did you mean 'timeout'?", done.stderr)
        self.assertIn("pipeline.yaml:3:", done.stderr)

    def test_json(self):
        self.write("stages:\n  a: {run: 'true', timout: 5}\n")
        done = self.pipectl("validate", "--json", code=2)
        answer = json.loads(done.stdout)
        self.assertFalse(answer["valid"])
        self.assertEqual([(d["line"], d["column"], d["severity"]) for d in answer["diagnostics"]],
                         [(2, 20, "error")])
        self.write("stages: {a: {run: 'true'}}")
        self.assertTrue(json.loads(self.pipectl("validate", "--json", code=0).stdout)["valid"])

    def test_no_file(self):
        done = self.pipectl("validate", code=2)
        self.assertIn("pipeline.yaml", done.stderr)


PLAN = """
    name: shop
    on: {manual: {}, pull_request: {stages: [quality]}}
    stages:
      quality:
        parallel:
          lint: {kind: lint, requires: [no-such-linter], run: 'lint .'}
          unit: {matrix: {node: ['18', '20']}, env: {N: '${{ matrix.node }}'}, run: ['a $N', 'b']}
      image: {requires: {no-such-docker: required}, run: 'docker build .'}
      ship: {run: 'ship it', when: "event == 'push'"}
      make: {needs: [quality], run: 'echo v=1 >> $PIPECTL_OUTPUT'}
      use: {needs: [make], run: 'true', when: "stages.make.outputs.v == '1'"}
"""


class PlanTest(harness.PipectlTest):
    def fates(self, *args):
        plan = json.loads(self.pipectl("plan", "--json", *args, code=0).stdout)
        return {s["name"]: (s["fate"], s.get("reason", "")) for s in plan["stages"]}

    def test_says_what_would_run_and_why_the_rest_would_not(self):
        self.write(PLAN)
        fates = self.fates()
        self.assertEqual(fates["lint"], ("skipped", "requires no-such-linter, which is not in PATH"))
        self.assertEqual(fates["unit (18)"][0], "runs")
        self.assertEqual(fates["image"], ("fails", "requires no-such-docker, which is not in PATH"))
        self.assertEqual(fates["ship"], ("skipped", "upstream image"))
        self.assertEqual(fates["make"][0], "runs")
        self.assertEqual(fates["use"], ("open", "`stages.make.outputs.v == '1'` is known when it runs"))
        self.assertFalse((self.folder / ".pipectl").exists())

    def test_a_tag_is_on_no_branch_wherever_head_is(self):
        self.write("stages: {main: {when: branch == 'main', run: x}, tag: {when: event == 'tag', run: x}}")
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "one")
        self.assertEqual(self.fates()["main"][0], "runs")
        for options, main, tag in [(("--tag", "v1"), "skipped", "runs"),
                                   (("--event", "tag"), "skipped", "runs"),
                                   (("--tag", "v1", "--branch", "main"), "runs", "runs"),
                                   (("--tag", "v1", "--event", "push"), "runs", "skipped")]:
            fates = self.fates(*options)
            self.assertEqual((fates["main"][0], fates["tag"][0]), (main, tag), options)

    def test_what_only_the_run_decides_is_open(self):
        self.write("""
            name: open
            env: {LATER: '${{ run.number }}', KNOWN: '${{ branch }}'}
            environments: {prod: {tag: 'v${{ run.number }}'}}
            stages:
              make: {run: 'true'}
              on-failure: {when: failure(), run: 'true'}
              on-success: {when: success(), run: 'true'}
              number: {when: run.number > 0, run: 'true'}
              through-env: {when: env.LATER == '1', run: 'true'}
              through-more: {env: {X: '${{ stages.make.outputs.v }}'}, when: env.X == '', run: 'true'}
              through-values: {environment: prod, when: environment.tag == 'v1', run: 'true'}
              nearest: {env: {LATER: '1'}, when: env.LATER == '1', run: 'true'}
              known: {when: env.KNOWN == 'none', run: 'true'}
              not-asked: {when: env.KNOWN == 'none' && failure(), run: 'true'}
              both: {needs: [on-failure], run: 'true'}
            """)
        expected = dict.fromkeys(["on-failure", "on-success", "number", "through-env", "through-more",
                                  "through-values"], "open")
        expected |= {"make": "runs", "nearest": "runs", "known": "skipped", "not-asked": "skipped",
                     "both": "runs"}
        self.assertEqual({name: fate for name, (fate, _) in self.fates().items()}, expected)
        known = self.fates("-e", "LATER=1")
        self.assertEqual(known["through-env"][0], "runs")

    def test_means_the_same_as_run(self):
        self.write(PLAN.replace("['a $N', 'b']", "'true'"))
        for args in ((), ("--event", "pull_request"), ("--skip", "image"), ("--until", "quality"),
                     ("-s", "unit (20)"), ("--from", "make")):
            with self.subTest(args):
                ran = self.outcomes("-k", *args)
                fates = self.fates(*args)
                self.assertLessEqual(set(ran), set(fates))
                for name, (fate, _) in fates.items():
                    expected = {"runs": {"succeeded"}, "skipped": {"skipped"},
                                "fails": {"failed"}, "open": {"succeeded", "skipped"}}[fate]
                    self.assertIn(ran.get(name, "skipped"), expected, name)

    def test_commands_of_each_matrix_instance(self):
        self.write(PLAN)
        plan = json.loads(self.pipectl("plan", "--json", code=0).stdout)
        unit = [s for s in plan["stages"] if s["stage"] == "unit"]
        self.assertEqual([s["matrix"] for s in unit], [{"node": "18"}, {"node": "20"}])
        self.assertEqual(unit[0]["commands"], ["a $N", "b"])
        self.assertEqual((plan["v"], plan["pipeline"], plan["event"]), (1, "shop", "manual"))

    def test_text(self):
        self.write(PLAN)
        text = self.pipectl("plan", code=0).stdout
        self.assertIn("shop · manual · 4 of 7 stages would run", text)
        self.assertIn("  ▶ unit (18)  $ a $N\n               $ b\n", text)
        self.assertIn("✗ image        would fail: requires no-such-docker", text)
        self.assertNotIn("\n\n\n", text)

    def test_names(self):
        self.write(PLAN)
        names = self.pipectl("plan", "--names", code=0).stdout.splitlines()
        self.assertEqual(names, sorted(["image", "lint", "make", "quality", "ship", "unit",
                                        "unit (18)", "unit (20)", "use"]))

    def test_a_wrong_name_is_refused_with_a_suggestion(self):
        self.write(PLAN)
        done = self.pipectl("plan", "--until", "imge", code=2)
        self.assertIn("did you mean 'image'?", done.stderr)
        self.assertEqual(done.stdout, "")


class GraphTest(harness.PipectlTest):
    def test_tree_leaves_out_what_follows(self):
        self.write("stages: {a: {run: 'x'}, g: {parallel: {b: {run: 'x'}, c: {run: 'x'}}}, "
                   "d: {run: 'x', needs: [a, g, b]}}")
        self.assertEqual(self.pipectl("graph", code=0).stdout,
                         "a\ng\n├─ b ← a\n└─ c ← a\nd ← g\n")

    def test_mermaid_and_dot(self):
        self.write("name: 'say \"hi\"'\nstages: {a: {run: 'x', matrix: {s: ['\"']}}, b: {run: 'x'}}")
        self.assertEqual(self.pipectl("graph", "--format", "mermaid", code=0).stdout,
                         'flowchart TD\n  s0["a (s: #quot;)"]\n  s1["b"]\n  s0 --> s1\n')
        dot = self.pipectl("graph", "--format", "dot", code=0).stdout
        self.assertTrue(dot.startswith('digraph "say \\"hi\\"" {\n'))
        self.assertIn('  s0 [label="a (s: \\")"];\n', dot)
        self.assertIn("  s0 -> s1;\n", dot)

    def test_unknown_format(self):
        self.write("stages: {a: {run: 'x'}}")
        self.pipectl("graph", "--format", "svg", code=2)


class SmallTest(harness.PipectlTest):
    def test_version(self):
        for args in (("--version",), ("version",)):
            self.assertRegex(self.pipectl(*args, code=0).stdout, r"^pipectl \d+\.\d+\.\d+\n$")

    def test_no_command_and_an_unknown_one_are_usage_errors(self):
        for args in ((), ("rnu",), ("run", "--no-such-option")):
            done = self.pipectl(*args, code=2)
            self.assertEqual(done.stdout, "")
            self.assertNotEqual(done.stderr, "")

    def test_usage_errors_say_what_was_meant(self):
        self.write("stages: {a: {run: 'true'}}")
        wrong = {
            ("rnu",): ("unknown command 'rnu'", "did you mean 'run'?"),
            (): ("no command", "'pipectl run' runs the pipeline; 'pipectl --help' lists all"),
            ("run", "--stge", "a"): ("unknown option '--stge'", "did you mean '--stage'?"),
            ("run", "--stge=a"): ("unknown option '--stge'", "did you mean '--stage'?"),
            ("runs", "lst"): ("unknown command 'lst'", "did you mean 'list'?"),
            ("run", "pipeline.yaml", "more"):
                ("'more' is one word too many", "'pipectl run --help' says what there is"),
            ("run", "--ui", "plian"): ("--ui: 'plian' is none of auto, json, live, plain",
                                       "did you mean 'plain'?"),
            ("run", "--ui", "3"): ("--ui: '3' is none of auto, json, live, plain",
                                   "'pipectl run --help' says what there is"),
            ("run", "-j", "0"): ("--jobs: '0' is no whole number from 1 to 4096",
                                 "'pipectl run --help' says what there is"),
            ("runs", "list", "--limit", "0"): ("--limit: '0' is no whole number from 1 to 1000000000",
                                               "'pipectl runs list --help' says what there is"),
            ("runs", "clean", "--keep", "-1"): ("--keep: '-1' is no whole number from 0 to 1000000000",
                                                "'pipectl runs clean --help' says what there is"),
            ("run", "--env-file", "/no/such"):
                ("--env-file: cannot read /no/such: No such file or directory", None),
            ("run", "--secrets-file", "/no/such"):
                ("--secrets-file: cannot read /no/such: No such file or directory", None),
        }
        for args, (message, hint) in wrong.items():
            with self.subTest(args):
                done = self.pipectl(*args, code=2)
                expected = f"pipectl: error: {message}\n" + (f"  hint: {hint}\n" if hint else "")
                self.assertEqual((done.stdout, done.stderr), ("", expected))

    def test_closed_streams(self):
        self.write("stages: {a: {run: 'echo said; echo there >&2'}}")
        for closed in ("<&- >&-", ">&-", "2>&-", "<&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                done = subprocess.run(["sh", "-c", f'"$0" run {closed}', os.path.abspath(harness.PIPECTL)],
                                      cwd=self.folder, env=harness.clean_environment(), timeout=60,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self.assertEqual(done.returncode, 0)
                self.assertEqual(self.pipectl("logs", "a", code=0).stdout, "said\nthere\n")

    def test_data_into_a_full_disk_is_an_error(self):
        self.write("stages: {a: {run: 'true'}}")
        for command in ("plan", "graph", "schema", "version", "doctor", "validate"):
            with self.subTest(command), open("/dev/full", "w") as full:
                done = subprocess.run([harness.PIPECTL, command], cwd=self.folder, stdout=full,
                                      stderr=subprocess.PIPE, text=True,
                                      env=harness.clean_environment())
                self.assertEqual(done.returncode, 3)
                self.assertIn("cannot write to stdout", done.stderr)

    def test_a_reader_that_goes_away_is_none(self):
        done = subprocess.run(["bash", "-c", 'set -o pipefail; "$0" schema | head -1 >/dev/null',
                               os.path.abspath(harness.PIPECTL)], stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
