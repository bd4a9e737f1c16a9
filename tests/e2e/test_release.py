"""Releases of a real repository: the version, what is written, pushed and published, what is refused,
and that one which broke anywhere is finished, once."""
import json
import pathlib
import re
import shutil
import sys

import harness
from release_case import TOKEN, GitHub, PublishedTest, ReleaseTest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import git_servers as servers  # noqa: E402
import prism  # noqa: E402

ALONE = """
    name: shop
    stages:
      release: {kind: release, %s}
"""


class Decisions(ReleaseTest):
    """Without GitHub: what is decided, written and refused."""

    pipeline = ALONE % "changelog: CHANGELOG.md, version_files: package.json"

    def use(self, keys):
        self.write(ALONE % keys)
        self.commit("chore: pipeline")

    def dry(self, *args, code=0, **extra):
        return self.pipectl("release", "--dry-run", *args, code=code, env=self.environment(
            GITHUB_TOKEN="", http_proxy="http://127.0.0.1:1", **extra))

    def refused(self, *words, hint=""):
        before = self.git("for-each-ref")
        for done in (self.dry(code=1), self.release(code=1)):
            for word in words:
                self.assertIn(word, done.stderr + done.stdout)
            self.assertIn(hint, done.stderr + done.stdout)
        self.assertEqual(self.git("for-each-ref"), before)

    def test_dry_run_says_all_and_does_nothing(self):
        before = self.git("for-each-ref"), self.there("for-each-ref")
        text = self.dry().stdout
        for line in ("version 1.1.0 (minor, from 2 commits since v1.0.0)", "create CHANGELOG.md",
                     '+   "version": "1.1.0"', "commit 2 files 'chore(release): 1.1.0' as Ada",
                     "tag that commit v1.1.0, annotated", f"push branch main and tag v1.1.0 to "
                     f"origin ({self.origin})", "**api:** a door"):
            self.assertIn(line, text)
        self.assertNotIn("GitHub", text)
        self.assertEqual((self.git("for-each-ref"), self.there("for-each-ref")), before)
        self.assertEqual(self.git("status", "--porcelain"), "")
        self.assertFalse((self.repo / ".pipectl").exists(), "a dry run keeps no record")

    def test_a_release_and_nothing_after_it(self):
        done = self.release(code=0)
        self.assertIn("released v1.1.0", done.stdout + done.stderr)
        self.check_released()
        self.assertEqual(self.git("rev-parse", "origin/main"), self.git("rev-parse", "main"))
        again = self.release(code=0)
        self.assertIn("v1.1.0 was released already", again.stdout + again.stderr)
        self.commit("docs: words")
        later = self.release(code=0)
        self.assertIn("nothing to release: no commit since v1.1.0", later.stdout + later.stderr)
        self.assertEqual(self.there("tag"), "v1.0.0\nv1.1.0")
        self.commit("fix!: walls")
        self.release(code=0)
        self.assertEqual(self.there("tag"), "v1.0.0\nv1.1.0\nv2.0.0")

    def test_outputs(self):
        self.write("""
            name: shop
            stages:
              release: {kind: release}
              after:
                run: echo "[$PIPECTL_OUT_RELEASE_RELEASED $PIPECTL_OUT_RELEASE_TAG]"
        """)
        head = self.commit("chore: pipeline")
        done = self.pipectl("run", "--ui", "plain", code=0, env=self.environment())
        self.assertIn("[true v1.1.0]", done.stdout + done.stderr)
        self.assertEqual(self.git("rev-parse", "v1.1.0^{commit}"), head, "no files: no commit")

    def test_release_as(self):
        self.commit("chore: big\n\nRelease-As: 3.0.0")
        self.assertIn("version 3.0.0 (asked for by Release-As)", self.dry().stdout)
        self.commit("chore: odd\n\nRelease-As: four")
        self.assertIn("warning: commit", self.dry().stdout)
        self.commit("chore: backwards\n\nRelease-As: 0.9.0")
        self.refused("0.9.0, which does not come after 1.0.0")

    def test_a_pre_release_that_was_asked_for_is_not_followed_by_another_on_its_commit(self):
        self.commit("chore: soon\n\nRelease-As: 3.0.0-rc.2")
        self.release(code=0)
        self.assertIn("v3.0.0-rc.2 was released already", self.release(code=0).stdout)
        self.assertEqual(self.there("tag"), "v1.0.0\nv3.0.0-rc.2")
        self.commit("fix: more")
        self.release(code=0)
        self.assertEqual(self.there("tag"), "v1.0.0\nv3.0.0\nv3.0.0-rc.2")

    def test_what_never_left_is_finished_after_a_commit_that_releases_nothing(self):
        self.use("push: false")
        self.release(code=0)
        self.commit("docs: words")
        self.assertNotIn("look whether", self.dry().stdout)
        self.assertIn("nothing to release", self.release(code=0).stdout)
        self.assertEqual(self.there("tag"), "v1.0.0")
        self.use("remote: origin")
        self.assertIn("look whether v1.1.0 was released to its end", self.dry().stdout)
        away = self.origin.rename(self.origin.with_name("away.git"))
        done = self.release(code=0)
        self.assertIn("warning: whether v1.1.0 was finished is not known: ", done.stdout)
        away.rename(self.origin)
        done = self.release(code=0)
        self.assertIn("warning: v1.1.0 was tagged and its release not finished: that is done now\n", done.stdout)
        self.assertEqual(self.there("tag"), "v1.0.0\nv1.1.0")
        self.assertEqual(self.there("rev-parse", "main"), self.git("rev-parse", "HEAD"))
        self.assertIn("nothing to release: no commit since v1.1.0", self.release(code=0).stdout)

    def test_pre_releases(self):
        self.use("prerelease: rc")
        self.release(code=0)
        self.assertIn("v1.1.0-rc.1 was released already", self.release(code=0).stdout)
        self.commit("docs: words")
        self.assertIn("no commit since v1.1.0-rc.1", self.dry().stdout)
        self.commit("fix: more")
        self.release(code=0)
        self.assertEqual(self.there("tag"), "v1.0.0\nv1.1.0-rc.1\nv1.1.0-rc.2")
        self.use("changelog: CHANGELOG.md")
        self.assertIn("version 1.1.0 (minor", self.dry().stdout)

    def test_a_literal_version(self):
        self.use("version: 4.5.6")
        self.release(code=0)
        self.assertEqual(self.there("tag"), "v1.0.0\nv4.5.6")
        self.commit("fix: more")
        self.refused("tag v4.5.6 exists already", hint="never moved")

    def test_monorepo(self):
        self.use("tag: 'api-v{version}', paths: [api]")
        self.commit("feat: web", "web/a")
        self.assertIn("nothing to release: no commit since the beginning", self.dry().stdout)
        self.commit("feat: api", "api/a")
        self.assertIn("version 1.0.0 (minor, from 1 commit since the beginning)", self.dry().stdout)
        self.release(code=0)
        self.commit("fix: web", "web/b")
        self.assertIn("no commit since api-v1.0.0", self.dry().stdout)

    def test_a_maintenance_branch(self):
        self.git("checkout", "-q", "-b", "1.0.x", "v1.0.0")
        self.commit("fix: old", "old")
        self.assertIn("version 1.0.1 (patch", self.dry().stdout)
        self.release(code=0)
        self.assertEqual(self.there("rev-parse", "1.0.x"), self.git("rev-parse", "HEAD"))
        self.commit("feat: too much", "much")
        self.refused("version 1.1.0 does not belong on branch '1.0.x'")

    def test_refusals(self):
        self.write("dirty", "door")
        self.refused("not committed: door", hint="stash")
        self.git("checkout", "-q", "door")
        self.git("checkout", "-q", "-b", "topic")
        self.refused("nothing is released from branch 'topic'", hint="`branches`")
        self.git("checkout", "-q", "main")
        self.git("tag", "v1.1.0", "v1.0.0^{commit}")
        self.assertIn("version 1.2.0", self.dry().stdout)
        self.git("remote", "remove", "origin")
        self.refused("the repository has no remote 'origin'", hint="git remote add origin URL")

    def test_a_tag_that_is_taken_elsewhere(self):
        self.git("push", "-q", str(self.origin), "main:refs/tags/v1.1.0")
        done = self.release(code=1)
        self.assertIn("tag v1.1.0 exists at 'origin' and not here", done.stdout + done.stderr)
        self.assertEqual(self.git("tag"), "v1.0.0")

    def test_a_remote_that_has_more(self):
        other = self.top / "other"
        self.git("clone", "-q", str(self.origin), str(other))
        self.git("commit", "-q", "--allow-empty", "-m", "fix: theirs", cwd=other)
        self.git("push", "-q", "origin", "main", cwd=other)
        done = self.release(code=1)
        self.assertIn("branch main of 'origin' has commits that are not here",
                      done.stdout + done.stderr)
        self.assertEqual(self.git("tag"), "v1.0.0")

    def test_a_shallow_clone(self):
        clone = self.top / "shallow"
        self.git("push", "-q", str(self.origin), "main")
        self.git("clone", "-q", "--depth", "1", f"file://{self.origin}", str(clone))
        self.folder = clone
        self.assertIn("shallow clone", self.dry(code=1).stderr)

    def test_nobody_commits(self):
        done = self.release(code=1, GIT_COMMITTER_NAME="", GIT_COMMITTER_EMAIL="", EMAIL="")
        self.assertIn("git does not know who commits here", done.stdout + done.stderr)

    def test_signed_with_an_ssh_key(self):
        key = servers.make_key(self.top / "key")
        self.git("config", "gpg.format", "ssh")
        self.git("config", "user.signingKey", str(key))
        self.git("config", "tag.gpgSign", "true")
        self.git("config", "commit.gpgSign", "true")
        self.assertIn("annotated and signed", self.dry().stdout)
        self.release(code=0)
        public = pathlib.Path(f"{key}.pub").read_text()
        allowed = self.write(f"ada@example.com {public}", "../allowed")
        self.git("config", "gpg.ssh.allowedSignersFile", str(allowed))
        self.git("verify-tag", "v1.1.0")
        self.git("verify-commit", "HEAD")

    def test_a_signer_that_fails_leaves_no_tag(self):
        self.git("config", "tag.gpgSign", "true")
        self.git("config", "gpg.program", "false")
        done = self.release(code=1)
        self.assertIn("false did not sign", done.stdout + done.stderr)
        self.assertEqual((self.git("tag"), self.there("tag")), ("v1.0.0", "v1.0.0"))
        self.git("config", "tag.gpgSign", "false")
        self.release("--resume", code=0)
        self.check_released()


class Published(PublishedTest):
    def test_a_release_with_its_files(self):
        before = self.git("for-each-ref")
        dry = self.pipectl("release", "--dry-run", code=0, env=self.environment(GITHUB_TOKEN=""))
        for line in ("release 'v1.1.0' on GitHub, in team/shop", "upload shop.tgz (6 B)",
                     "upload SHA256SUMS", "and publish it"):
            self.assertIn(line, dry.stdout)
        self.assertEqual((self.github.calls, self.git("for-each-ref")), ([], before))
        done = self.release(code=0)
        self.assertIn("warning: tag v1.0.0 has no release on GitHub", done.stdout + done.stderr)
        self.check_released()
        self.check_published(self.github)
        statement = json.loads(self.github.files()["provenance.intoto.json"])
        self.assertEqual(statement["predicateType"], "https://slsa.dev/provenance/v1")
        self.assertEqual(statement["subject"][0]["name"], "shop.tgz")
        made = statement["predicate"]["buildDefinition"]["resolvedDependencies"][0]
        self.assertEqual(made["digest"]["gitCommit"], self.git("rev-parse", "HEAD"))
        count = len(self.github.calls)
        again = self.release(code=0)
        self.assertIn("released already", again.stdout)
        self.assertTrue(all(call.startswith("GET") for call in self.github.calls[count:]))

    def test_a_tag_without_a_release_is_finished(self):
        self.git("tag", "-a", "v1.1.0", "-m", "by hand")
        self.release(code=0)
        self.assertEqual(self.there("rev-parse", "v1.1.0^{commit}"), self.git("rev-parse", "HEAD"))
        self.check_published(self.github)

    def test_refused_before_anything_is_made(self):
        before = self.git("for-each-ref"), self.there("for-each-ref")
        done = self.release(code=3, GITHUB_TOKEN="wrong-token")
        self.assertIn("the token is wrong", done.stdout + done.stderr)
        shutil.rmtree(self.repo / "dist")
        done = self.release(code=1)
        self.assertIn("nothing matches 'dist/*.tgz'", done.stdout + done.stderr)
        self.assertEqual((self.git("for-each-ref"), self.there("for-each-ref")), before)
        self.assertEqual(self.github.releases, [])


class Descriptions(ReleaseTest):
    """Each request is one that GitHub's own description allows."""

    def setUp(self):
        super().setUp()
        self.prism = prism.Prism()
        self.addCleanup(self.prism.close)
        self.github = GitHub(self)
        self.own, self.github.service.answers = self.github.answer, [self.both]
        self.told = []

    def both(self, request):
        self.told.append((f"{request['method']} {request['path']}", self.prism.ask(request)))
        return self.own(request)

    def test_requests_are_those_of_the_description(self):
        self.github.create({"tag_name": "v1.1.0", "draft": True, "body": "**api:** a door"})
        self.github.add_asset(self.github.releases[0]["id"], "shop.tgz", "", "starter")
        self.release(code=0, GITHUB_API_URL=self.github.url)
        self.check_published(self.github)
        self.check_told("PATCH /repos/team/shop/releases/", "DELETE /repos/team/shop/releases/assets/")
        self.github.assets.popitem()
        self.release(code=0, GITHUB_API_URL=self.github.url)
        self.check_published(self.github)
        self.check_told("POST /repos/team/shop/releases/", "GET /repos/team/shop/releases/")
        self.commit("fix: more", "more")
        self.release(code=0, GITHUB_API_URL=self.github.url)
        self.check_told("POST /repos/team/shop/releases")

    def check_told(self, *beginnings):
        for what, (status, _headers, body) in self.told:
            self.assertIn(status, (200, 201, 204), f"{what}: {body}")
        for beginning in beginnings:
            self.assertTrue([what for what, _ in self.told if what.startswith(beginning)], beginning)


class Servers(ReleaseTest):
    """Real git servers, with real logins."""

    pipeline = ALONE % "changelog: CHANGELOG.md, version_files: package.json"

    def history(self, count):
        kinds = ("fix", "docs", "chore", "feat", "refactor(core)")
        for number in range(count):
            self.git("commit", "-q", "--allow-empty", "-m", f"{kinds[number % 5]}: change {number}")

    def test_ssh_and_two_hundred_commits(self):
        key = servers.make_key(self.top / "home" / ".ssh" / "id_ed25519")
        with servers.ssh_server(self.top / "sshd", [f"{key}.pub"]) as server:
            (self.top / "home" / ".ssh" / "known_hosts").write_text(server.host_key())
            self.git("remote", "set-url", "origin",
                     f"ssh://127.0.0.1:{server.port}{self.origin}")
            self.history(200)
            self.release(code=0, HOME=str(self.top / "home"))
        self.check_released(commits=204)
        log = (self.repo / "CHANGELOG.md").read_text()
        self.assertEqual(len(re.findall(r"^- change \d+ \(", log, flags=re.MULTILINE)), 80)

    def test_https_with_a_login(self):
        certificates = servers.make_certificates(self.top / "tls")
        self.there("config", "http.receivepack", "true")
        with servers.web_server(self.origin.parent, self.top / "web", certificates,
                                password=TOKEN) as server:
            url = f"https://localhost:{server.https}/private/origin.git"
            trust = {"GIT_SSL_CAINFO": str(certificates / "ca.pem")}
            self.git("remote", "set-url", "origin", url)
            done = self.release(code=3, **trust)
            self.assertIn("the server wants a login", done.stdout + done.stderr)
            self.git("remote", "set-url", "origin", url.replace("://", "://ada:wrong@"))
            done = self.release(code=3, **trust)
            self.assertIn("refused the push", done.stdout + done.stderr)
            self.assertEqual(self.git("tag"), "v1.0.0")
            self.git("remote", "set-url", "origin", url.replace("://", f"://ada:{TOKEN}@"))
            done = self.release(code=0, **trust)
            self.assertNotIn(TOKEN, done.stdout + done.stderr)
        self.check_released()


if __name__ == "__main__":
    harness.main()
