"""core/git against git behind a real web server: certificates, logins, redirects, proxies."""

import shutil
import unittest

from git_cases import SECRET, USAGE, Web, proxies, servers
from git_transports import EveryTransport


class Https(EveryTransport, Web):
    def test_trust_by_other_ways(self):
        ca = str(self.certificates / "ca.pem")
        del self.environment["GIT_SSL_CAINFO"]
        (self.home / ".gitconfig").write_text(
            f'[http "https://localhost:{self.port}/"]\n\tsslCAInfo = {ca}\n')
        self.good(self.url("app"), name="config")
        (self.home / ".gitconfig").unlink()
        self.environment["SSL_CERT_FILE"] = ca
        self.good(self.url("app"), name="file")

    def test_a_ca_that_is_not_trusted(self):
        del self.environment["GIT_SSL_CAINFO"]
        self.bad(self.url("app"), "TLS certificate is not trusted", hint="GIT_SSL_CAINFO")
        other = servers.make_certificates(self.work / "other")
        self.environment["GIT_SSL_CAINFO"] = str(other / "ca.pem")
        self.bad(self.url("app"), "TLS certificate is not trusted")
        # Nobody switches verification off.
        self.environment.update({"GIT_SSL_NO_VERIFY": "1"})
        (self.home / ".gitconfig").write_text("[http]\n\tsslVerify = false\n")
        self.bad(self.url("app"), "TLS certificate is not trusted")
        self.environment["GIT_SSL_CAINFO"] = str(self.work / "absent.pem")
        self.bad(self.url("app"), "CA certificates cannot be read")

    def test_a_certificate_for_another_name(self):
        self.bad(self.url("app").replace("localhost", "127.0.0.2"),
                 "TLS certificate is not trusted", "127.0.0.2")

    def test_login_by_secret(self):
        url = self.url("private/app").replace("//", "//ada@")
        result = self.good(url, secret=SECRET)
        self.assertEqual(result["remote"], self.url("private/app"))
        self.assert_nowhere(SECRET)

    def test_login_in_the_url(self):
        result = self.good(self.url("private/app").replace("//", f"//ada:{SECRET}@"))
        self.assertEqual(result["remote"], self.url("private/app"))
        self.assert_nowhere(SECRET)

    def test_wrong_and_missing_login(self):
        url = self.url("private/app").replace("//", "//ada@")
        self.bad(url, "refused the login", hint="token or password", secret="not the password")
        self.assert_nowhere("not the password")
        self.bad(url.replace("ada@", "ada:wrong-in-url@"), "refused the login")
        self.assert_nowhere("wrong-in-url")
        self.bad(self.url("private/app"), "wants a login", hint="secret")

    def test_login_by_netrc(self):
        (self.home / ".netrc").write_text(f"machine localhost login ada password {SECRET}\n")
        (self.home / ".netrc").chmod(0o600)
        self.good(self.url("private/app"))
        self.assert_nowhere(SECRET)

    def test_login_by_a_credential_helper(self):
        helper = self.home / "helper"
        helper.write_text("#!/bin/sh\ncat >\"$HOME/asked\"\n"
                          f"[ \"$1\" = get ] && echo username=ada && echo password={SECRET}\n")
        helper.chmod(0o755)
        (self.home / ".gitconfig").write_text(f"[credential]\n\thelper = {helper}\n")
        self.good(self.url("private/app"))
        self.assertIn(f"host=localhost:{self.port}", (self.home / "asked").read_text())
        self.assert_nowhere(SECRET)

    def test_login_by_header(self):
        import base64
        token = base64.b64encode(f"ada:{SECRET}".encode()).decode()
        self.environment.update({
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {token}",
            "GIT_CONFIG_KEY_0": f"http.https://localhost:{self.port}/.extraHeader"})
        self.good(self.url("private/app"))
        self.assert_nowhere(token)

    def test_url_instead_of(self):
        (self.home / ".gitconfig").write_text(
            f'[url "https://localhost:{self.port}/"]\n\tinsteadOf = "work:"\n')
        self.assertEqual(self.good("work:app")["sha"], self.head)

    def test_no_secret_over_plain_http(self):
        for host in ("git.example.com", "127.example.com", "localhost.example.com", "10.0.0.1"):
            self.bad(f"http://{host}/x", "unencrypted", secret=SECRET, fault=USAGE, hint="https")

    def test_http_on_this_machine(self):
        self.assertEqual(self.good(f"http://localhost:{self.server.http}/app")["sha"], self.head)
        self.good(f"http://ada@localhost:{self.server.http}/private/app", name="b", secret=SECRET)

    def users(self):
        """Who logged in, by nginx's log: `address - user [time] "request"`."""
        return {line.split()[2] for line in self.server.requests()}

    def test_redirect_on_the_same_host_keeps_the_login(self):
        url = self.url("moved/app").replace("//", "//ada@")
        self.assertEqual(self.good(url, secret=SECRET)["sha"], self.head)

    def test_redirect_to_another_host_goes_without_the_login(self):
        user = "only-for-localhost"
        result = self.good(self.url("away/app").replace("//", f"//{user}@"), secret=SECRET)
        self.assertEqual(result["sha"], self.head)
        asked = [line for line in self.server.requests() if "GET /app/info/refs" in line]
        self.assertEqual(asked[-1].split()[2], "-")
        self.assertIn(user, self.users(), "the first host did get it")
        shutil.rmtree(self.there)
        self.bad(self.url("away-private/app").replace("//", "//ada@"), "wants a login",
                 secret=SECRET)

    def test_redirects_that_are_not_followed(self):
        self.bad(self.url("down/app"), "redirects to what is no git repository", "http://localhost")
        self.bad(self.url("round/app"), "redirects without end")

    def test_statuses(self):
        self.bad(self.url("broken/app"), "HTTP 503", hint="later")
        self.bad(self.url("forbidden/app"), "wants a login")
        self.bad(self.url("forbidden/app"), "refused the login", secret=SECRET)

    def test_web_proxy(self):
        with proxies.HttpProxy() as proxy:
            self.environment["https_proxy"] = f"http://127.0.0.1:{proxy.port}"
            self.good(self.url("app"), name="a")
            self.assertEqual(proxy.asked[0][:2], ("CONNECT", f"localhost:{self.port}"))
            proxy.asked.clear()
            self.environment["no_proxy"] = "localhost"
            self.good(self.url("app"), name="b")
            self.assertEqual(proxy.asked, [])
            del self.environment["https_proxy"], self.environment["no_proxy"]
            (self.home / ".gitconfig").write_text(
                f"[http]\n\tproxy = http://bob:pw@127.0.0.1:{proxy.port}\n")
            self.good(self.url("app"), name="c")
            self.assertTrue(proxy.asked)
        before = self.places.iterdir()
        for place in before:
            shutil.rmtree(place)
        self.bad(self.url("app"), "cannot reach")
        self.assert_nowhere("bob:pw")

    def test_a_page_that_is_no_repository(self):
        self.bad(self.url("app/nothing/here"), "no git repository at")


if __name__ == "__main__":
    unittest.main()
