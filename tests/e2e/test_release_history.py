"""A real history of some hundred commits is released to real git servers, and version and change log are those
that conventional-changelog and semantic-release tell, but for differences that are known and written down in
docs/releases.md: an unknown one fails."""
import pathlib
import re
import sys

from release_case import TOKEN
from release_history import IN_HISTORY, HistoryTest, harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import git_servers as servers  # noqa: E402


class Released(HistoryTest):
    """To real servers, over ssh and over https."""

    def setUp(self):
        super().setUp()
        self.version, self.notes = self.tools.semantic_release(preset="angular")  # as it comes
        self.listed = self.tools.conventional_changelog("-u")

    def check_all(self, url, **extra):
        self.git("remote", "set-url", "origin", url)
        version, planned = self.dry()
        done = self.release(code=0, **extra)
        self.assertNotIn(TOKEN, done.stdout + done.stderr)
        self.assertEqual((self.version, version), ("0.2.0", "0.2.0"))
        self.assertEqual(self.there("cat-file", "-t", "v0.2.0"), "tag")
        self.assertEqual(self.there("rev-parse", "v0.2.0^{commit}"), self.there("rev-parse", "main"))
        self.assertEqual(self.there("rev-list", "--count", "v0.1.0..main"), "255")
        self.assertEqual(self.there("fsck", "--strict"), "")
        log = self.there("show", "v0.2.0:CHANGELOG.md")
        self.assertEqual(log, planned, "what --dry-run said")
        self.assertIn('"version": "0.2.0"', self.there("show", "v0.2.0:package.json"))
        self.check_entries(log, self.notes, IN_HISTORY)
        self.check_entries(log, self.listed, IN_HISTORY)
        self.assertGreater(len(re.findall("^- ", log, re.MULTILINE)), 100)
        again = self.release(code=0, **extra)
        self.assertIn("v0.2.0 was released already", again.stdout + again.stderr)

    def test_over_ssh(self):
        home = self.top / "home"
        key = servers.make_key(home / ".ssh" / "id_ed25519")
        with servers.ssh_server(self.top / "sshd", [f"{key}.pub"]) as server:
            (home / ".ssh" / "known_hosts").write_text(server.host_key())
            self.check_all(f"ssh://127.0.0.1:{server.port}{self.origin}", HOME=str(home))

    def test_over_https(self):
        certificates = servers.make_certificates(self.top / "tls")
        self.there("config", "http.receivepack", "true")
        with servers.web_server(self.origin.parent, self.top / "web", certificates,
                                password=TOKEN) as server:
            self.check_all(f"https://ada:{TOKEN}@localhost:{server.https}/private/origin.git",
                           GIT_SSL_CAINFO=str(certificates / "ca.pem"))
            pushes = [line for line in server.requests() if "POST" in line and "receive-pack" in line]
            self.assertTrue(pushes, "nothing came over https")


class First(HistoryTest):
    """The whole history, which nobody has released."""

    tags = {}

    def test_it_is_the_first_version(self):
        version, log = self.dry()
        told, notes = self.tools.semantic_release()
        self.assertEqual((version, told), ("1.0.0", "1.0.0"))
        self.check_entries(log, notes, IN_HISTORY)
        self.check_entries(log, self.tools.conventional_changelog("-u", "-r", "0"), IN_HISTORY)


class Part(HistoryTest):
    """A part of the tree with releases of its own."""

    def test_only_its_commits(self):
        self.use("paths: [docs]")
        version, log = self.dry()
        self.assertEqual(version, "0.2.0")
        self.check_entries(log, self.tools.conventional_changelog("-u", "--commit-path", "docs"),
                           IN_HISTORY)
        self.assertLess(len(re.findall("^- ", log, re.MULTILINE)), 60)


if __name__ == "__main__":
    harness.main()
