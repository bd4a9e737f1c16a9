"""Commits of every kind on top of a real history, and one by one: what pipectl makes of them beside what
conventional-changelog and semantic-release do. The differences stand here, and in docs/releases.md."""
import json
import re

import harness
from release_case import ReleaseTest
from release_history import IN_HISTORY, PIPELINE, HistoryTest, release_tools

SECURITY = ({("Security", "security", "a hole in the wall")}, {("Fixed", "security", "a hole in the wall")})
REVERTS = ({("Changed", "", "reverted: the fence"),
            ("Changed", "", "reverted: feat: pipelines run, from the file to the exit code")},
           {("Changed", "", "the fence"),
            ("Changed", "", 'Revert "feat: pipelines run, from the file to the exit code"')})
EMPTY_SCOPE = (set(), {("Added", "", "no scope")})
MERGE = ({("Added", "ui", "a balcony")}, set())

OF_BOTH = {**IN_HISTORY, "security has a heading of its own": SECURITY,
           "a revert says that it is one": REVERTS, "feat(): is no conventional commit": EMPTY_SCOPE}
OF_CHANGELOG = {**OF_BOTH, "it leaves out every merge commit": MERGE}

# Wherever a line begins with the words, they take it for a footer.
NO_FOOTER = {"in the middle of a paragraph", "no empty line"}

PLAIN = (
    "feat(api)!: the door opens outwards\n\nWords.\n\nBREAKING CHANGE: whoever pushed must pull\nand step back.",
    "refactor!: rooms are renamed",
    "fix(core): a lock\n\nBREAKING-CHANGE: old keys do not fit",
    "docs!: the manual is gone",
    "chore: note\n\nBREAKING CHANGE: of a chore",
    "Feat: in upper case",
    "feat:no space",
    "feat (x): space before the scope",
    "feat(): no scope",
    "feat(a,b): two scopes",
    "feat: Ünï`code` <b> & @ada",
    "Tidy up",
    "hotfix: of another house",
    "style: commas",
    "squashed (#3)\n\n* feat: one\n\n* fix: two",
    "revert: the fence",
    "fix: a crack (#12)\n\nCloses #13",
    "fix(security): a hole in the wall",
    "perf: warmer",
    "fix: straight below\nBREAKING CHANGE: no empty line",
    "fix: in prose\n\nThis is no\nBREAKING CHANGE: in the middle of a paragraph",
    "fix: a bullet\n\n- BREAKING CHANGE: in a list",
)


class EveryKind(HistoryTest):
    def revert(self, sha):
        return self.commit(f'Revert "{self.git("log", "-1", "--format=%s", sha)}"\n\n'
                           f"This reverts commit {sha}.")

    def merge(self, name, theirs, ours, message):
        self.git("checkout", "-q", "-b", name)
        self.commit(theirs)
        self.git("checkout", "-q", "main")
        self.commit(ours)
        self.git("merge", "-q", "--no-ff", "-m", message, name)

    def setUp(self):
        super().setUp()
        for message in PLAIN:
            self.commit(message)
        self.revert(self.commit("feat: a window"))
        self.revert(self.revert(self.commit("feat: a window that stays")))
        self.commit(f"revert: feat: a gate\n\nThis reverts commit {self.commit('feat: a gate')}.")
        self.revert(self.git("log", "-1", "--skip=3", "--format=%H", "v0.1.0"))
        self.merge("side", "feat: on the side", "fix: meanwhile", "Merge branch 'side'")
        self.merge("half", "half a balcony", "wip", "feat(ui): a balcony")
        self.merge("asked", "fix: in a pull request", "more", "Merge pull request #7 from ada/asked\n\n"
                   "fix: in a pull request")
        self.git("push", "-q", "origin", "main")

    def test_change_log_and_version(self):
        told, notes = self.tools.semantic_release()
        listed = self.tools.conventional_changelog("-u")
        version, log = self.dry()
        self.assertEqual((version, told), ("1.0.0", "1.0.0"))
        self.check_entries(log, notes, OF_BOTH)
        self.check_entries(log, listed, OF_CHANGELOG)
        self.check_notes(log, notes, NO_FOOTER)
        self.check_notes(log, listed, NO_FOOTER)
        self.assertEqual(self.said.count("'BREAKING CHANGE:' does not count"), len(NO_FOOTER))
        self.assertNotIn("window (", log)

    def test_release_as_is_known_to_pipectl_alone(self):
        self.commit("chore: big\n\nRelease-As: 3.0.0")
        self.git("push", "-q", "origin", "main")
        self.assertEqual((self.dry()[0], self.tools.semantic_release()[0]), ("3.0.0", "1.0.0"))


class PreReleases(HistoryTest):
    """rc.1, rc.2 and the final version. semantic-release wants the channel of a tag in a note of its own."""

    BRANCHES = ({"name": "stable"}, {"name": "main", "prerelease": "rc", "channel": "rc"})

    def released(self, version):
        self.release(code=0)
        tag = f"v{version}"
        self.assertIn(tag, self.there("tag").splitlines())
        channels = json.dumps({"channels": ["rc"]})
        # Where it looks: at the commit since 24, at the tag itself before.
        for ref, what in ((f"semantic-release-{tag}", f"{tag}^{{commit}}"), ("semantic-release", tag)):
            self.git("notes", "--ref", ref, "add", "-m", channels, what)
        self.git("push", "-q", "origin", "refs/notes/*:refs/notes/*")
        return self.there("show", f"{tag}:CHANGELOG.md")

    def test_one_after_the_other(self):
        self.git("push", "-q", "origin", "v0.1.0^{commit}:refs/heads/stable")
        self.use("prerelease: rc")
        self.git("push", "-q", "origin", "main")
        told, notes = self.tools.semantic_release(self.BRANCHES)
        self.assertEqual(told, "0.2.0-rc.1")
        self.check_entries(self.released(told), notes, IN_HISTORY)

        sha = self.commit("fix: after the first candidate")[:7]
        self.git("push", "-q", "origin", "main")
        told, notes = self.tools.semantic_release(self.BRANCHES)
        listed = self.tools.conventional_changelog("-u")
        self.assertEqual(told, "0.2.0-rc.2")
        section = self.released(told).partition(f"## [{told}]")[2].partition("\n## [")[0]
        only = {("Fixed", "", "after the first candidate", sha)}
        for text in (section, notes, listed):
            entries = release_tools.entries_of(text.replace("### Bug Fixes", "### Fixed"))
            self.assertEqual(entries, only)

        self.use("")
        self.git("push", "-q", "origin", "main")
        told, notes = self.tools.semantic_release()
        since_candidate = self.tools.conventional_changelog("-u")
        listed = self.tools.conventional_changelog("-u", "--skip-unstable")
        self.assertEqual((self.dry()[0], told), ("0.2.0", "0.2.0"))
        self.release(code=0)
        section = self.there("show", "v0.2.0:CHANGELOG.md").partition("## [0.2.0]")[2]
        section = section.partition("\n## [")[0]
        self.check_entries(section, notes, IN_HISTORY)
        self.check_entries(section, listed, IN_HISTORY)
        self.assertEqual(release_tools.entries_of(since_candidate), set(), "as it comes: since rc.2")


# What a message alone does to 1.2.3: (its bump by pipectl, by semantic-release), where they differ; else one.
BUMPS = {
    "feat: x": "minor", "fix: x": "patch", "perf: x": "patch", "refactor: x": None, "docs: x": None,
    "chore(deps): x": None, "Words": None, "feat:x": None, "Merge branch 'x'": None,
    "feat!: x": "major", "docs(a)!: x": "major", "fix: x\n\nBREAKING CHANGE: y": "major",
    "chore: x\n\nBREAKING-CHANGE: y": "major", "fix: x\n\n- BREAKING CHANGE: y": "patch",
    'Revert "feat: x"\n\nThis reverts commit 0123456789.': "patch",
    "revert: feat: x\n\nThis reverts commit 0123456789.": "patch",
    "revert: x": ("patch", None),
    'Revert "feat: x" (#12)\n\nReverts team/shop#11': ("patch", None),
    'Reapply "feat: x"\n\nThis reverts commit 0123456789.': ("patch", None),
    "Feat: x": ("minor", None),
    "feat(): x": (None, "minor"),
    "fix: x\n\nThis is no\nBREAKING CHANGE: y": ("patch", "major"),
    "docs: x\n\nRelease-As: 2.0.0": ("major", None),
}


class OneByOne(ReleaseTest):
    pipeline = PIPELINE % ""

    def bump(self, message):
        self.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message)
        done = self.pipectl("release", "--dry-run", "--ui", "plain", code=0, env=self.environment())
        self.git("reset", "-q", "--hard", "v1.2.3")
        version = re.search(r"^  version (\S+) \(", done.stdout, re.MULTILINE)
        return version and {"1.2.4": "patch", "1.3.0": "minor", "2.0.0": "major"}[version[1]]

    def test_what_a_message_does(self):
        self.git("tag", "-a", "v1.2.3", "-m", "v1.2.3")
        tools = release_tools.Tools(self.repo, self.environment(GITHUB_TOKEN=""))
        told = tools.bumps(list(BUMPS))
        for (message, wanted), theirs in zip(BUMPS.items(), told, strict=True):
            with self.subTest(message):
                wanted = wanted if isinstance(wanted, tuple) else (wanted, wanted)
                self.assertEqual((self.bump(message), theirs), wanted)


if __name__ == "__main__":
    harness.main()
