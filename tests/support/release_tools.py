"""conventional-changelog and semantic-release, the real ones: what they make of a repository's history.
Both come from the npm registry, into a cache that tests share."""
import json
import os
import pathlib
import re
import subprocess

from npm_folder import node_version, npm_folder

DRIVER = pathlib.Path(__file__).with_suffix(".mjs")
# To the letter: what they say of a message changes from version to version. Those that run on the node of
# Debian 12, and on later ones.
OF_NODE = {18: ("semantic-release@22.0.12", "conventional-changelog-cli@4.1.0",
                "conventional-changelog-conventionalcommits@7.0.2"),
           20: ("semantic-release@24.2.9", "conventional-changelog-cli@5.0.0",
                "conventional-changelog-conventionalcommits@8.0.0")}


def install():
    """The folder that has the node_modules."""
    age = 20 if node_version() >= 20 else 18
    return npm_folder(f"release-tools-{age}", OF_NODE[age])


class Tools:
    """Of one repository. `environment` has git's configuration, and nothing of a CI system."""

    def __init__(self, repository, environment):
        self.folder, self.repository = install(), repository
        self.environment = {**environment, "PATH": os.environ["PATH"]}

    def _run(self, *words):
        done = subprocess.run(list(map(str, words)), cwd=self.repository, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {(done.stdout + done.stderr)[-3000:]}")
        return done.stdout

    def _semantic_release(self, what, **asked):
        return json.loads(self._run("node", DRIVER, self.folder, what, json.dumps(asked)))

    def semantic_release(self, branches=("main",), preset="conventionalcommits"):
        """(the next version or None, the notes of the release)"""
        told = self._semantic_release("next", branches=branches, preset=preset)
        return told["version"], told["notes"]

    def bumps(self, messages, preset="conventionalcommits"):
        """What each message is, if it is the only one: major, minor, patch or None."""
        return self._semantic_release("bumps", messages=messages, preset=preset)

    def conventional_changelog(self, *options):
        """The section of the change log for what is not released yet."""
        return self._run(self.folder / "node_modules/.bin/conventional-changelog",
                         "-p", "conventionalcommits", *options)


ENTRY = re.compile(r"^[*-] (?P<breaking>\*\*Breaking:\*\* )?(?:\*\*(?P<scope>[^*]+):\*\* )?(?P<text>.*?)"
                   r" \(\[?(?P<sha>[0-9a-f]{7})(?:\]\([^)]*\))?\)(?:, closes .*)?$")


def entries_of(notes):
    """{(heading, scope, text, the first 7 digits of the commit)} of what any of them wrote; notes on breaking
    changes that stand by themselves name no commit and are none."""
    found, title = set(), ""
    for line in notes.splitlines():
        if line.startswith("### "):
            title = line[4:].strip()
        entry = ENTRY.match(line)
        if entry:
            found.add((title, entry["scope"] or "", without_links(entry["text"]), entry["sha"]))
    return found


def notes_of(notes):
    """The notes on breaking changes, as conventional-changelog and semantic-release write them."""
    found = re.search(r"^### (?:⚠ )?BREAKING CHANGES\n\n(.*?)(?=\n### |\Z)", notes, re.DOTALL | re.MULTILINE)
    return {" ".join(note.split()) for note in re.split(r"^\* ", found[1], flags=re.MULTILINE)[1:]} if found else set()


def without_links(text):
    return re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", text)
