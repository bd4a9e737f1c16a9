"""Tags and commits of a release, signed as git is configured to, and accepted by git itself."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import harness
from release_case import ReleaseTest

PIPELINE = """
    name: shop
    stages:
      release: {kind: release, changelog: CHANGELOG.md, version_files: package.json}
"""


class SigningTest(ReleaseTest):
    pipeline = PIPELINE

    def configure(self, **settings):
        for name, value in settings.items():
            self.git("config", name.replace("_", "."), value)

    def run_as_signer(self, *argv, **extra):
        env = self.environment(**self.signer, **extra)
        return subprocess.run(argv, cwd=self.repo, env=env, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)

    def release_signed(self, code=0, **extra):
        done = self.release(code=code, **self.signer, **extra)
        return done.stdout + done.stderr

    def check_signed(self, by):
        """git accepts tag and commit, at the remote as here."""
        for command, what in (("verify-tag", "v1.1.0"), ("verify-commit", "v1.1.0^{commit}")):
            done = self.run_as_signer("git", command, "-v", what)
            self.assertEqual(0, done.returncode, done.stdout)
            self.assertIn(by, done.stdout)
        self.assertEqual(self.there("rev-parse", "v1.1.0"), self.git("rev-parse", "v1.1.0"))
        self.check_released()


@unittest.skipIf(not harness.IN_CI and shutil.which("gpg") is None, "gpg is not installed")
class OpenPgp(SigningTest):
    def setUp(self):
        super().setUp()
        # The path of an agent's socket has to be short.
        self.keys = pathlib.Path(tempfile.mkdtemp(prefix="gpg-", dir="/tmp"))
        self.keys.chmod(0o700)
        self.signer = {"GNUPGHOME": str(self.keys)}
        self.addCleanup(shutil.rmtree, self.keys, ignore_errors=True)
        self.addCleanup(lambda: self.run_as_signer("gpgconf", "--kill", "all"))
        made = self.run_as_signer("gpg", "--batch", "--passphrase", "", "--quick-gen-key",
                                  "Ada <ada@example.com>", "ed25519", "sign", "never")
        self.assertEqual(0, made.returncode, made.stdout)

    def test_by_the_key_of_who_commits(self):
        self.configure(tag_gpgSign="true", commit_gpgSign="true")
        text = self.release_signed()
        self.assertIn("tag v1.1.0, signed", text)
        self.check_signed('Good signature from "Ada <ada@example.com>"')

    def test_where_git_signs_every_annotated_tag(self):
        self.configure(tag_forceSignAnnotated="true")
        self.assertIn("tag v1.1.0, signed", self.release_signed())
        self.assertEqual(0, self.run_as_signer("git", "verify-tag", "v1.1.0").returncode)

    def test_by_the_key_that_is_named(self):
        self.configure(tag_gpgSign="true", commit_gpgSign="true", user_signingKey="ada@example.com")
        self.release_signed(GIT_COMMITTER_NAME="Robot", GIT_COMMITTER_EMAIL="robot@example.com")
        self.check_signed('Good signature from "Ada <ada@example.com>"')

    def test_without_the_key_there_is_no_tag(self):
        self.configure(tag_gpgSign="true", user_signingKey="nobody@example.com")
        text = self.release_signed(code=1)
        self.assertIn("gpg did not sign", text)
        self.assertEqual("v1.0.0", self.git("tag"))
        self.assertEqual("v1.0.0", self.there("tag"))
        self.configure(user_signingKey="ada@example.com", commit_gpgSign="false")
        done = self.release("--resume", code=0, **self.signer)
        self.assertIn("signed", done.stdout + done.stderr)
        self.check_released()

    def test_unsigned_where_git_is_not_configured_to(self):
        self.release_signed()
        self.assertNotEqual(0, self.run_as_signer("git", "verify-tag", "v1.1.0").returncode)
        self.check_released()


class Ssh(SigningTest):
    def setUp(self):
        super().setUp()
        self.home = self.top / "home"
        self.home.mkdir()
        self.key = self.home / "id_ed25519"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", str(self.key)],
                       check=True)
        self.public = pathlib.Path(f"{self.key}.pub").read_text()
        trusted = self.home / "trusted"
        trusted.write_text(f"ada@example.com {self.public}")
        self.signer = {"HOME": str(self.home), "SSH_AUTH_SOCK": ""}
        self.configure(gpg_format="ssh", tag_gpgSign="true", commit_gpgSign="true",
                       gpg_ssh_allowedSignersFile=str(trusted))

    def check(self):
        self.release_signed()
        self.check_signed('Good "git" signature for ada@example.com')

    def test_by_a_private_key(self):
        self.configure(user_signingKey=str(self.key))
        self.check()

    def test_by_a_public_key_with_the_other_half_beside_it(self):
        self.configure(user_signingKey="~/id_ed25519.pub")
        self.check()

    def test_by_an_agent_that_has_the_key(self):
        agent = subprocess.run(["ssh-agent", "-s", "-a", str(self.home / "agent")], check=True, text=True,
                               stdout=subprocess.PIPE).stdout
        pid = agent.partition("SSH_AGENT_PID=")[2].partition(";")[0]
        self.addCleanup(subprocess.run, ["kill", pid], check=False)
        self.signer["SSH_AUTH_SOCK"] = str(self.home / "agent")
        added = self.run_as_signer("ssh-add", "-q", str(self.key))
        self.assertEqual(0, added.returncode, added.stdout)
        self.key.unlink()
        self.configure(user_signingKey="key::" + self.public.strip())
        self.check()


if __name__ == "__main__":
    harness.main()
