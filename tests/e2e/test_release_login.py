"""The login that a CI system's checkout leaves in the repository's configuration: the release pushes
with it."""
import base64
import pathlib
import sys

import harness
from release_case import TOKEN, ReleaseTest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import git_servers as servers  # noqa: E402

HEADER = "AUTHORIZATION: basic " + base64.b64encode(f"ada:{TOKEN}".encode()).decode()


class HeaderOfTheCheckout(ReleaseTest):
    pipeline = """
        name: shop
        stages:
          release: {kind: release, changelog: CHANGELOG.md, version_files: package.json}
    """

    def setUp(self):
        super().setUp()
        self.there("config", "http.receivepack", "true")
        certificates = servers.make_certificates(self.top / "tls")
        server = servers.web_server(self.origin.parent, self.top / "web", certificates, password=TOKEN)
        self.host = f"https://localhost:{server.__enter__().https}/"
        self.addCleanup(server.__exit__, None, None, None)
        self.trust = {"GIT_SSL_CAINFO": str(certificates / "ca.pem"), "GITHUB_TOKEN": ""}
        self.git("remote", "set-url", "origin", self.host + "private/origin.git")

    def check(self, **extra):
        done = self.release(code=0, **self.trust, **extra)
        self.assertNotIn(HEADER, done.stdout + done.stderr)
        self.check_released()

    def test_in_its_own_file(self):
        self.git("config", f"http.{self.host}.extraheader", HEADER)
        self.check()

    def test_in_a_file_that_it_includes(self):
        included = self.write(f'[http "{self.host}"]\n\textraheader = {HEADER}\n', "../credentials")
        self.git("config", f"includeIf.gitdir:{self.repo}/.git.path", str(included))
        self.check()

    def test_for_another_host_it_is_kept_back(self):
        self.git("config", "http.https://github.com/.extraheader", HEADER)
        done = self.release(code=3, **self.trust)
        self.assertIn("the server wants a login", done.stdout + done.stderr)

    def test_a_variable_that_is_empty_takes_it_back(self):
        self.git("config", f"http.{self.host}.extraheader", HEADER)
        done = self.release(code=3, **self.trust, GIT_CONFIG_COUNT="1", GIT_CONFIG_VALUE_0="",
                            GIT_CONFIG_KEY_0=f"http.{self.host}.extraheader")
        self.assertIn("the server wants a login", done.stdout + done.stderr)


if __name__ == "__main__":
    harness.main()
