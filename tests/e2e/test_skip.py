"""Content-addressed skips: what decides that a stage is not run again, and what explain says of it."""
import harness


class SkipTest(harness.PipectlTest):
    def setUp(self):
        super().setUp()
        self.write("""
            name: skip
            params: {mode: {default: fast}}
            stages:
              build:
                run: |
                  mkdir -p out; cat src/* > out/all
                  echo run >> runs
                  echo "size=$(wc -c < out/all)" >> "$PIPECTL_OUTPUT"
                inputs: ['src/**']
                outputs: ['out/**']
              use: {run: 'echo "$PIPECTL_OUT_BUILD_SIZE"; cat out/all'}
        """)
        self.write("one\n", "src/a.txt")
        self.write("two\n", "src/b.txt")

    def runs(self):
        return len((self.folder / "runs").read_text().splitlines())

    def build_outcome(self, *args):
        ended = [e for e in self.events(*args, code=0) if e["event"] == "stage.finished"]
        return ended[0]["outcome"], ended[0].get("reason", "")

    def test_unchanged_inputs_are_not_built_again(self):
        self.assertEqual(self.build_outcome()[0], "succeeded")
        outcome, reason = self.build_outcome()
        self.assertEqual(outcome, "cached")
        self.assertIn("inputs unchanged since run", reason)
        self.assertEqual(self.runs(), 1)
        said = self.pipectl("explain", "build", code=0).stdout
        self.assertIn("inputs unchanged", said)

    def test_outputs_and_values_come_back(self):
        self.build_outcome()
        (self.folder / "out" / "all").unlink()
        texts = [e["text"].strip() for e in self.events(code=0)
                 if e["event"] == "stage.output" and e["stage"] == "use"]
        self.assertEqual("\n".join(texts).split(), ["8", "one", "two"])
        self.assertEqual(self.runs(), 1)

    def test_a_changed_input_a_parameter_and_the_definition_count(self):
        self.build_outcome()
        self.write("three\n", "src/a.txt")
        self.assertEqual(self.build_outcome()[0], "succeeded")
        self.assertEqual(self.build_outcome("-p", "mode=slow")[0], "succeeded")
        self.assertEqual(self.build_outcome("-e", "LEVEL=2")[0], "succeeded")
        file = self.folder / "pipeline.yaml"
        file.write_text(file.read_text().replace("cat src/*", "cat src/* | tr a-z A-Z"))
        self.assertEqual(self.build_outcome()[0], "succeeded")
        self.assertEqual(self.runs(), 5)
        self.assertEqual((self.folder / "out" / "all").read_text(), "THREE\nTWO\n")

    def test_a_new_and_a_removed_input_count_and_going_back_hits_again(self):
        self.build_outcome()
        self.write("more\n", "src/c.txt")
        self.assertEqual(self.build_outcome()[0], "succeeded")
        (self.folder / "src" / "c.txt").unlink()
        self.assertEqual(self.build_outcome()[0], "cached")
        self.assertEqual((self.folder / "out" / "all").read_text(), "one\ntwo\n")

    def test_no_cache_runs_it(self):
        self.build_outcome()
        self.assertEqual(self.build_outcome("--no-cache")[0], "succeeded")
        self.assertRegex(self.pipectl("explain", "build", code=0).stdout,
                         r"why it ran +earlier results were not looked at \(--no-cache\)")

    def test_a_failure_is_never_kept(self):
        self.write("name: f\nstages: {a: {run: 'false', inputs: [pipeline.yaml]}}\n")
        self.pipectl("run", code=1)
        self.pipectl("run", code=1)

    def test_when_and_needs_do_not_count(self):
        self.build_outcome()
        file = self.folder / "pipeline.yaml"
        file.write_text(file.read_text().replace("    inputs:", "    timeout: 1m\n    inputs:"))
        self.assertEqual(self.build_outcome()[0], "cached")

    def test_what_a_condition_saw_is_told_but_not_what_the_environment_holds(self):
        self.write("""
            params: {mode: {default: fast}}
            env: {KEY: do-not-tell, NONE: ''}
            stages:
              a: {run: 'true', when: "params.mode == 'slow' || env.KEY == 'x' || env.NONE == 'x'"}
        """)
        ended = [e for e in self.events(code=0) if e["event"] == "stage.finished"]
        self.assertEqual(ended[0]["reason"], "`params.mode == 'slow' || env.KEY == 'x' || env.NONE == 'x'` is false: "
                                             "env.KEY is set, env.NONE is empty, params.mode is 'fast'")


if __name__ == "__main__":
    harness.main()
