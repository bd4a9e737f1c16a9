"""A release that broke anywhere: at any call of GitHub, at the push, at any write of the journal. What comes
after it completes the release, once."""
import copy
import json
import pathlib
import queue
import re
import shutil
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import harness
from release_case import REPOSITORY, GitHub, PublishedTest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import git_servers as servers  # noqa: E402

LIMIT = (403, {"retry-after": "3600"}, json.dumps({"message": "secondary rate limit"}))
DOWN = (502, {}, "<html>Bad Gateway")
TAKEN = (422, {}, json.dumps({"message": "Validation Failed", "errors": [{"code": "already_exists"}]}))
AT_ONCE = 4  # cases: they wait most of the time


def answered(answer):
    return lambda _do: answer


def done_and_told(answer):
    def fault(do):
        do()
        return answer
    return fault


def lost(_do):
    raise ConnectionResetError


def done_and_lost(do):
    do()
    raise ConnectionResetError


def at(number):
    return lambda count, _call: count == number


def first_of_each():
    """Each call breaks when it is made for the first time."""
    seen = set()

    def is_new(_count, call):
        new = call not in seen
        seen.add(call)
        return new
    return is_new


class FaultTest(PublishedTest):
    def setUp(self):
        super().setUp()
        self.template = self.top / "template"
        shutil.copytree(self.top / "work", self.template)

    def ground(self, name, github):
        """This test in a fresh copy of the repository."""
        one = copy.copy(self)
        shutil.copytree(self.template, self.top / name)
        one.origin, one.repo = self.top / name / "origin.git", self.top / name / "shop"
        one.folder, one.github = one.repo, github
        config = one.repo / ".git" / "config"
        config.write_text(config.read_text().replace(str(self.top / "work"), str(self.top / name)))
        github.begin()
        return one

    def each(self, cases, check):
        """check(ground, *case), some at a time."""
        free = queue.SimpleQueue()
        for _ in range(AT_ONCE):
            free.put(GitHub(self))

        def run(number, case):
            github = free.get()
            try:
                check(self.ground(f"case-{number}", github), *case)
            except Exception as error:  # pylint: disable=broad-except
                return f"{case}: {error}"
            finally:
                free.put(github)
            return None

        with ThreadPoolExecutor(AT_ONCE) as pool:
            broken = [line for line in pool.map(run, range(len(cases)), cases) if line]
        self.assertEqual(broken, [])

    def check_whole(self):
        self.check_released()
        self.check_published(self.github)

    def calls_of_a_release(self):
        one = self.ground("plain", self.github)
        one.release(code=0)
        calls = list(self.github.calls)
        self.assertGreater(len(calls), 8)
        return calls


class Calls(FaultTest):
    def test_every_call_may_end_it(self):
        """Refused, or done and told otherwise, or from then on nothing is answered: a second release, and
        --resume, complete the first."""
        cases = []
        for number, call in enumerate(self.calls_of_a_release()):
            cases += [(number, call, "limit", done_and_told(LIMIT)),
                      (number, call, "taken", answered(TAKEN)),
                      (number, call, "down for good", answered(DOWN))]
            if not call.startswith("GET"):
                cases += [(number, call, "refused", answered(LIMIT))]

        def check(one, number, _call, name, fault):
            for_good = name == "down for good"
            one.github.fault = ((lambda count, _call: count >= number) if for_good else at(number),
                                fault)
            first = one.release()
            one.assertNotEqual(first.returncode, 0, first.stdout)
            one.github.fault = None
            one.release(*(["--resume"] if number % 2 else []), code=0)
            one.check_whole()

        self.each(cases, check)

    def test_every_call_may_break_once(self):
        """What the network did is tried again, by the same release or by a second one."""
        over = threading.Event()
        self.addCleanup(over.set)

        def hang(_do):
            over.wait(60)
            raise ConnectionResetError

        def check(one, name, fault):
            one.github.fault = (first_of_each(), fault)
            if name == "hang":
                one.pipectl("release", binary=harness.FAULTY,
                            env=one.environment(FAULT_HTTP_PATIENCE="1000"))
            else:
                one.release(code=0)
            one.github.fault = None
            one.release(code=0)
            one.check_whole()

        self.assertTrue(harness.FAULTY, "PIPECTL_FAULTY names no binary")
        self.each([("502", answered(DOWN)), ("502, and done", done_and_told(DOWN)), ("lost", lost),
                   ("lost, and done", done_and_lost), ("hang", hang)], check)

    def test_an_upload_that_broke_half_way(self):
        calls = self.calls_of_a_release()
        one = self.ground("again", self.github)

        def half(_do):
            self.github.add_asset(self.github.releases[0]["id"], "shop.tgz", "", "starter")
            return DOWN

        one.github.fault = (at(next(i for i, c in enumerate(calls) if re.search("POST .*assets", c))), half)
        one.release(code=0)
        one.check_whole()

    def test_killed_at_every_write_of_the_journal(self):
        self.assertTrue(harness.FAULTY, "PIPECTL_FAULTY names no binary")
        number = killed = 0
        while True:
            one = self.ground(f"killed-{number}", self.github)
            when = ("before", "after")[number % 2]
            done = one.pipectl("release", binary=harness.FAULTY, env=one.environment(
                FAULT_AT=str(number), FAULT_WHEN=when))
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
            one.release(*(["--resume"] if number // 2 % 2 else []), code=0)
            with self.subTest(f"write {number}, {when}"):
                one.check_whole()
            number, killed = number + 1, killed + 1
        self.assertGreater(killed, 5)


class PassedBy(FaultTest):
    """A commit that calls for no release came after the tag: the release is finished all the same."""

    def broken_at(self, line):
        calls = self.calls_of_a_release()
        number = max(i for i, call in enumerate(calls) if re.search(line, call))
        one = self.ground("broken", self.github)
        one.github.fault = (at(number), answered(LIMIT))
        one.release(code=3)
        one.github.fault = None
        self.assertEqual(one.there("tag"), "v1.0.0\nv1.1.0")
        one.commit("docs: words")
        one.git("push", "-q", "origin", "main")
        (one.repo / "dist" / "shop.tgz").write_text("packed anew")
        return one

    def check_finished(self, one):
        dry = one.pipectl("release", "--dry-run", code=0, env=one.environment(GITHUB_TOKEN=""))
        self.assertIn("look whether v1.1.0 has its release on GitHub", dry.stdout)
        done = one.release(code=0)
        self.assertIn("warning: v1.1.0 was tagged and its release on GitHub not finished", done.stdout)
        one.check_published(one.github)
        source = json.loads(one.github.files()["provenance.intoto.json"])["predicate"][
            "buildDefinition"]["resolvedDependencies"][0]
        head = one.git("rev-parse", "HEAD")
        self.assertEqual(source["digest"]["gitCommit"], head, "the files are those of this commit")
        self.assertTrue(source["uri"].endswith(f"@{head}"), source)
        self.assertEqual((one.there("tag"), one.git("status", "--porcelain")), ("v1.0.0\nv1.1.0", ""))
        count = len(one.github.calls)
        again = one.release(code=0)
        self.assertIn("nothing to release: no commit since v1.1.0", again.stdout)
        self.assertEqual([c for c in one.github.calls[count:] if not c.startswith("GET")], [])

    def test_before_there_was_a_release(self):
        self.check_finished(self.broken_at(f"POST {REPOSITORY}/releases$"))

    def test_with_some_of_its_files(self):
        self.check_finished(self.broken_at("POST .*/assets$"))

    def test_before_it_was_published(self):
        self.check_finished(self.broken_at("PATCH"))

    def test_a_github_that_is_down_fails_nothing_where_nothing_is_released(self):
        one = self.broken_at("PATCH")
        one.github.fault = (lambda _count, _call: True, answered(LIMIT))
        done = one.release(code=0)
        self.assertIn("warning: whether v1.1.0 has its release on GitHub is not known", done.stdout)
        one.github.fault = None
        self.check_finished(one)


class Pushes(FaultTest):
    """To a real server, with hooks that do what goes wrong."""

    def setUp(self):
        super().setUp()
        key = servers.make_key(self.top / "home" / ".ssh" / "id_ed25519")
        self.server = self.enterContext(servers.ssh_server(self.top / "sshd", [f"{key}.pub"]))
        (self.top / "home" / ".ssh" / "known_hosts").write_text(self.server.host_key())

    def environment(self, **extra):
        return super().environment(HOME=str(self.top / "home"), **extra)

    def broken_by(self, name, hook, script):
        one = self.ground(name, self.github)
        one.git("remote", "set-url", "origin", f"ssh://127.0.0.1:{self.server.port}{one.origin}")
        file = one.origin / "hooks" / hook
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        first = one.release()
        self.assertNotEqual(first.returncode, 0, first.stdout)
        self.assertEqual(self.github.releases, [])
        file.unlink()
        return one, first.stdout + first.stderr

    def check(self, hook, script, says, tags):
        for again in ((), ("--resume",)):
            one, said = self.broken_by(f"{len(list(self.top.iterdir()))}", hook, script)
            self.assertIn(says, said)
            self.assertEqual(one.there("tag").split(), tags)
            one.release(*again, code=0)
            one.check_whole()

    def test_a_branch_that_is_refused(self):
        self.check("update", "case $1 in refs/heads/*) exit 1;; esac", "refuses the push", ["v1.0.0"])

    def test_a_tag_that_is_refused(self):
        self.check("update", "case $1 in refs/tags/*) exit 1;; esac", "refuses the push", ["v1.0.0"])

    def test_a_connection_that_is_cut(self):
        self.check("pre-receive", "kill -9 $PPID", "", ["v1.0.0"])

    def test_a_connection_that_is_cut_after_the_branch(self):
        self.check("update", "case $1 in refs/tags/*) kill -9 $PPID;; esac", "", ["v1.0.0"])

    def test_an_answer_that_is_cut(self):
        self.check("reference-transaction",
                   '[ "$1" = committed ] || exit 0\n'
                   'while read -r _ _ ref; do case $ref in refs/tags/*) kill -9 $PPID;; esac; done',
                   "", ["v1.0.0", "v1.1.0"])

    def test_somebody_was_faster(self):
        """The branch moves between the look and the push."""
        theirs = self.template / "theirs"
        self.git("clone", "-q", str(self.template / "origin.git"), str(theirs))
        self.git("commit", "-q", "--allow-empty", "-m", "docs: theirs", cwd=theirs)
        self.git("push", "-q", "origin", "HEAD:refs/heads/theirs", cwd=theirs)
        one, _ = self.broken_by("race", "pre-receive",
                                "while read -r _ _ ref; do case $ref in refs/heads/main) "
                                "env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main theirs;; "
                                "esac; done")
        self.assertEqual(one.there("log", "-1", "--format=%s", "main"), "docs: theirs")
        self.assertEqual(one.there("tag"), "v1.0.0", "no tag without its branch")
        refused = one.release(code=1)
        self.assertIn("branch main of 'origin' has commits that are not here", refused.stdout)
        one.git("-c", f"core.sshCommand=ssh -i {self.top}/home/.ssh/id_ed25519 -o "
                f"UserKnownHostsFile={self.top}/home/.ssh/known_hosts", "pull", "-q", "--no-rebase",
                "--no-edit", "origin", "main")
        one.release(code=0)
        one.check_published(one.github)
        self.assertEqual(one.there("tag"), "v1.0.0\nv1.1.0")
        self.assertEqual(one.there("rev-parse", "main"), one.git("rev-parse", "HEAD"))
        self.assertEqual(one.there("cat-file", "-t", "v1.1.0"), "tag")


if __name__ == "__main__":
    harness.main()
