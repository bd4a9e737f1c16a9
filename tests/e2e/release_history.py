"""A repository with the real history of fixtures/history.jsonl, and pipectl's release of it beside what
conventional-changelog and semantic-release make of the very same commits."""
import pathlib
import re
import sys

import harness
from release_case import ReleaseTest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import history  # noqa: E402
import release_tools  # noqa: E402

PIPELINE = """
    name: shop
    stages:
      release: {kind: release, changelog: CHANGELOG.md, version_files: package.json%s}
"""
# The headings of Keep a Changelog for those of the other two; their sections of what breaks and is neither
# feature nor fix are "Changed", as their "Reverts" and "Performance Improvements" are.
TITLES = {"Features": "Added", "Bug Fixes": "Fixed"}

# Subjects that hold several commits: the scope of the others goes on to the last ')', ours to the first.
SEVERAL = {
    ("Added", "cli", "run --quiet; docs: benchmarks; fix(examples): the tools' test works across devices"),
    ("Fixed", "init", "the project's own tools are required, docker and kubernetes are pipectl's own; "
     "fix(cli): a tag is on no branch, wherever HEAD is"),
    ("Fixed", "run", "when a run began is known to its stages, so old reports and expired waivers are seen; "
     "test(gates): paths as tools write them"),
}


def up_to_the_last(title, scope, text):
    scope, _, text = f"{scope}): {text}".rpartition("): ")
    return title, scope, text


IN_HISTORY = {"several": (SEVERAL, {up_to_the_last(*entry) for entry in SEVERAL})}


def translated(notes):
    """What another tool wrote, under our headings."""
    return {(TITLES.get(title, "Changed"), *entry)
            for title, *entry in release_tools.entries_of(notes)}


def text_of(explained, side):
    return set().union(*(pair[side] for pair in explained.values()))


class HistoryTest(ReleaseTest):
    """`v0.1.0` is the 60th commit of `self.repo`: 254 are not released. `self.origin` has it all."""

    tags = {60: "v0.1.0"}

    def fill(self):
        self.git("remote", "set-url", "origin", f"file://{self.origin}")
        files = {"pipeline.yaml": PIPELINE % "",
                 "package.json": '{\n  "name": "shop",\n  "version": "0.1.0"\n}\n'}
        history.replay(self.repo, files, self.tags, self.environment())
        self.git("push", "-q", "origin", "main", *self.tags.values())
        self.tools = release_tools.Tools(self.repo, self.environment(GITHUB_TOKEN=""))

    def use(self, keys):
        self.write(PIPELINE % f", {keys}" if keys else PIPELINE % "")
        self.commit("chore: pipeline")

    def dry(self):
        """(the version or None, what the change log is to get)"""
        done = self.pipectl("release", "--dry-run", "--ui", "plain", code=0, env=self.environment(
            GITHUB_TOKEN="", http_proxy="http://127.0.0.1:1"))
        version = re.search(r"^  version (\S+) \(", done.stdout, re.MULTILINE)
        self.said = done.stdout
        log = re.search(r"^  create CHANGELOG.md\n((?:    .*\n)*)", done.stdout, re.MULTILINE)
        lines = log[1].splitlines() if log else []
        return version and version[1], "\n".join(line.removeprefix("    + ") for line in lines)

    def check_entries(self, log, notes, explained):
        """`log` and what another tool wrote have the same entries under the same headings, but for
        `explained`: {reason: ({what only we have}, {what only they have})}, each without its commit."""
        theirs = translated(notes)
        said = release_tools.notes_of(notes)
        ours = {(title, scope, without_note(text, said), sha)
                for title, scope, text, sha in release_tools.entries_of(log)}
        self.assertEqual({entry[:3] for entry in ours - theirs}, text_of(explained, 0))
        self.assertEqual({entry[:3] for entry in theirs - ours}, text_of(explained, 1))
        self.assertGreater(len(ours & theirs), 10, "nothing was compared")

    def check_notes(self, log, notes, explained=frozenset()):
        """What breaks is said with the same words, but for `explained`, which only they take for breaking."""
        said = {re.sub(r"^\*\*[^*]+:\*\* ", "", note) for note in release_tools.notes_of(notes)}
        ours = re.findall(r"^- \*\*Breaking:\*\* (.*) \([0-9a-f]{7}\)$", log, re.MULTILINE)
        self.assertEqual({note for note in said if not any(line.endswith(note) for line in ours)},
                         set(explained))
        self.assertEqual(len(ours), len(said) - len(explained))


def without_note(text, said):
    """An entry of ours ends with the note on what breaks; the others write that into a section of its own."""
    for note in said:
        note = re.sub(r"^\*\*[^*]+:\*\* ", "", note)
        text = text.removesuffix(f". {note}")
    return text


__all__ = ["HistoryTest", "IN_HISTORY", "harness"]
