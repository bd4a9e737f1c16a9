"""Hostile text wherever text from outside can enter: it arrives as it is, and nothing of it is ever run.

Each value would leave a file `pwned-…` behind, or take the folder `x` away, if a shell saw it."""
import json
import os

import harness


def evil(place):
    return f"\"; touch pwned-{place}; rm -rf x; $(touch pwned-{place}) `touch pwned-{place}` '\\' ${{HOME}} é &|>pwned-{place} #"


BRANCH = "$(touch${IFS}pwned-branch)`touch${IFS}pwned-branch`\";touch${IFS}pwned-branch;'&|>pwned-branch"
TAG = "v1-$(touch${IFS}pwned-tag)\";touch${IFS}pwned-tag;'"
AUTHOR = "a\"; $(touch pwned-author) `touch pwned-author` & b"
MESSAGE = evil("message") + "\n\n$(touch pwned-body)\n${{ params.label }}\n"
FILE = "new\nline $(touch pwned-artifact); touch pwned-artifact \"'`touch pwned-artifact` é"
# A folder's name; the pattern language has its own meaning for some characters.
FOLDER = "made $(touch pwned-cache); \"'`touch pwned-cache`\nhere"

# What the stage `see` was told, one after another.
SEEN = {"branch": "$PIPECTL_GIT_BRANCH", "tag": "$PIPECTL_GIT_TAG", "author": "$PIPECTL_GIT_AUTHOR",
        "message": "$PIPECTL_GIT_MESSAGE", "param": "$PIPECTL_PARAM_LABEL", "matrix": "$PIPECTL_MATRIX_VALUE",
        "env": "$OWN", "mixed": "$MIXED", "host": "$FROM_HOST", "output": "$PIPECTL_OUT_SAY_EVIL",
        "output in env": "$OUTPUT", "stage": "$PIPECTL_STAGE"}


class HostileValuesTest(harness.PipectlTest):
    def setUp(self):
        super().setUp()
        (self.folder / "x").mkdir()
        (self.folder / "x" / "kept").touch()
        self.write_pipeline()
        self.git("init", "-q")
        self.git("add", "pipeline.yaml")
        self.git("commit", "-q", "-m", MESSAGE, f"--author={AUTHOR} <a@localhost>")
        self.git("checkout", "-q", "-b", BRANCH)
        self.git("tag", TAG)
        self.env = harness.clean_environment(FROM_HOST=evil("host"), EVIL=evil("output"), FILE=FILE, FOLDER=FOLDER,
                                             TMPDIR=str(self.folder))

    def write_pipeline(self):
        told = " ".join(f'"{variable}"' for variable in SEEN.values())
        pipeline = {
            "name": evil("name"),
            "params": {"label": {}},
            "env": {"OWN": evil("env")},
            "stages": {
                "say": {"run": "printf 'evil=%s\\n' \"$EVIL\" >> \"$PIPECTL_OUTPUT\""},
                "see": {
                    "matrix": {"value": [evil("matrix")]},
                    "env": {"MIXED": "${{ git.branch }}|${{ params.label }}|${{ git.message }}",
                            "OUTPUT": "${{ stages.say.outputs.evil }}"},
                    "run": f"printf '%s\\0' {told} > seen; printf '%s\\n' \"$PIPECTL_PARAM_LABEL\"",
                },
                "keep": {
                    "cache": {"key": "${{ git.branch }}-${{ params.label }}", "paths": ["made*"]},
                    "run": 'mkdir -p "$FOLDER"; echo first >> "$FOLDER/$FILE"; echo kept > "$FILE"',
                    "artifacts": ["new*", "${{ params.label }}*"],
                },
                "ask": {"when": "params.label == stages.say.outputs.evil || branch == git.message",
                        "run": "touch asked"},
                "fail": {"run": "echo \"$PIPECTL_GIT_MESSAGE\" >&2; exit 1", "always": True},
            },
        }
        # JSON is YAML, and quotes without a surprise.
        (self.folder / "pipeline.yaml").write_text(json.dumps(pipeline, ensure_ascii=False, indent=1))

    def run_it(self, *options, **env):
        return self.events("-p", f"label={evil('param')}", *options, code=1, env={**self.env, **env})

    def check_unharmed(self):
        names = [path for folder, folders, files in os.walk(self.folder) for path in (*folders, *files)]
        self.assertEqual([name for name in names if name.startswith("pwned")], [])
        self.assertTrue((self.folder / "x" / "kept").exists())

    def finished(self, events):
        return {e["stage"].split()[0]: e for e in events if e["event"] == "stage.finished"}

    def test_every_value_arrives_as_it_is(self):
        events = self.run_it()
        self.check_unharmed()
        outcomes = {stage: e["outcome"] for stage, e in self.finished(events).items()}
        self.assertEqual(outcomes, {"say": "succeeded", "see": "succeeded", "keep": "succeeded", "ask": "skipped",
                                    "fail": "failed"})
        stage = next(e["stage"] for e in events if e.get("stage", "").startswith("see"))
        wanted = {"branch": BRANCH, "tag": TAG, "author": f"{AUTHOR} <a@localhost>", "message": MESSAGE,
                  "param": evil("param"), "matrix": evil("matrix"), "env": evil("env"),
                  "mixed": f"{BRANCH}|{evil('param')}|{MESSAGE}", "host": evil("host"), "output": evil("output"),
                  "output in env": evil("output"), "stage": stage}
        seen = (self.folder / "seen").read_bytes().decode().split("\0")[:-1]
        self.assertEqual(dict(zip(SEEN, seen, strict=True)), wanted)
        self.assertIn(evil("matrix"), stage)
        shown = "".join(e["text"] for e in events if e["event"] == "stage.output" and e["stage"] == stage)
        self.assertEqual(shown, evil("param"))
        self.assertEqual(next(e for e in events if e["event"] == "run.started")["pipeline"], evil("name"))

    def test_names_of_files_are_kept(self):
        events = self.run_it()
        kept = [e["path"] for e in events if e["event"] == "stage.artifact"]
        self.assertEqual(kept, [FILE])
        stored = next((self.folder / ".pipectl" / "runs").glob("*/artifacts/keep"))
        self.assertEqual((stored / FILE).read_text(), "kept\n")
        made = self.folder / FOLDER / FILE
        self.assertEqual(made.read_text(), "first\n")
        made.unlink()
        made.parent.rmdir()
        self.run_it()
        self.assertEqual(made.read_text(), "first\nfirst\n", "the cache did not put it back")
        self.check_unharmed()

    def test_every_view_and_record_of_it(self):
        for view in ("plain", "live", "json"):
            done = self.pipectl("run", "-p", f"label={evil('param')}", "--ui", view, code=1, env={
                **self.env, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md")})
            self.assertIn("touch pwned-message", done.stdout)
        for command in (("runs",), ("runs", "show", "--json"), ("explain", "fail"), ("logs", "fail"), ("plan",),
                        ("graph",), ("run", "--resume")):
            more = ("-p", f"label={evil('param')}") if command[0] == "plan" else ()
            code = 1 if command[0] == "run" else 0
            self.pipectl(*command, *more, code=code, env=self.env)
        self.check_unharmed()


if __name__ == "__main__":
    harness.main()
