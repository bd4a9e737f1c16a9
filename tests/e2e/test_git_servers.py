"""core/git against real git servers: what holds for every transport, and what is special to one."""

import os
import pathlib
import shutil
import subprocess
import unittest

from git_cases import Case, DaemonCase, Web, SECRET, USAGE, CANCELLED, snapshot, servers


class EveryTransport:
    """What holds for every way to a server. `url(path)` and `port` come from the subclass."""

    def proxied(self, url, proxy):
        return url.replace(f":{self.port}", f":{proxy.port}")

    def test_head(self):
        result = self.good(self.url("app"))
        self.assertEqual(result["sha"], self.head)
        self.assertEqual(result["branch"], "main")
        self.assertEqual(result["message"], "fix: a message\n\nwith a body\n")
        self.assertEqual(result["author"], "Ada Lovelace <ada@example.com>")
        self.assertEqual((self.there / "a.txt").read_text(), "three\n")
        self.assertEqual(self.git("symbolic-ref", "HEAD", cwd=self.there), "refs/heads/main")
        self.assertIn("connecting", result["phases"])
        self.assertGreater(result["phases"]["receiving objects"]["bytes"], 1 << 20)
        self.assertEqual(self.git("describe", "--tags", cwd=self.there)[:4], "v1.0")

    def test_without_a_mirror(self):
        result = self.good(self.url("app"), mirror=False)
        self.assertEqual(result["sha"], self.head)
        self.assertFalse(self.mirror.exists())
        self.assertEqual([p.name for p in self.places.iterdir()], ["there"])

    def test_branch_tag_and_commits(self):
        for name, ref, sha, branch, tag in [
                ("a", "release/1.x", self.second, "release/1.x", ""),
                ("b", "v1.0", self.first, "", "v1.0"),
                ("c", self.second, self.second, "", ""),
                ("d", self.second[:9], self.second, "", ""),
                ("e", "refs/heads/release/1.x", self.second, "release/1.x", "")]:
            with self.subTest(ref):
                result = self.good(self.url("app"), name=name, ref=ref)
                self.assertEqual((result["sha"], result["branch"], result["tag"]),
                                 (sha, branch, tag))

    def test_depth(self):
        self.good(self.url("app"), name="a", depth=1)
        self.assertEqual(self.git("rev-list", "--count", "HEAD", cwd=self.there), "1")
        self.good(self.url("app"), name="b", depth=2)
        self.assertEqual(self.git("rev-list", "--count", "HEAD", cwd=self.there), "2")
        self.good(self.url("app"), name="c", depth=1, ref="release/1.x", mirror=False)
        self.assertEqual(self.git("rev-list", "--count", "HEAD", cwd=self.there), "1")
        # The same mirror again, a second branch in it, and then the first one.
        self.good(self.url("app"), name="d", depth=1, ref="release/1.x")
        self.good(self.url("app"), name="e", depth=1)
        self.assertEqual(self.git("rev-list", "--count", "HEAD", cwd=self.there), "1")

    def test_depth_of_a_commit_that_is_no_tip(self):
        result = self.good(self.url("app"), depth=1, ref=self.second)
        self.assertEqual(result["sha"], self.second)
        result = self.good(self.url("app"), name="short", depth=1, ref=self.first[:8])
        self.assertEqual(result["sha"], self.first)

    def test_the_second_checkout_comes_from_the_mirror(self):
        with servers.Proxy(self.port) as proxy:
            url = self.proxied(self.url("app"), proxy)
            self.trust(proxy.port)
            self.good(url, name="a")
            whole, proxy.received = proxy.received, 0
            self.assertGreater(whole, 1 << 20)
            self.good(url, name="b")
            self.assertLess(proxy.received, 64 << 10)
            shutil.rmtree(self.mirror)
            self.good(url, name="c")
        shutil.rmtree(self.mirror)
        for name in "abc":  # nothing of it needs the mirror
            self.git("fsck", "--no-dangling", cwd=self.places / name)

    def test_what_changed_is_fetched(self):
        app = self.git.init(self.root / f"moving-{self.id().split('.')[-2]}")
        self.git.commit(app, {"big": os.urandom(1 << 19)})
        self.git("branch", "gone", cwd=app)
        with servers.Proxy(self.port) as proxy:
            url = self.proxied(self.url(app.name), proxy)
            self.trust(proxy.port)
            self.good(url, name="a")
            sha = self.git.commit(app, {"new": "x"})
            self.git("branch", "-D", "gone", cwd=app)
            self.git("branch", "gone/deeper", cwd=app)
            proxy.received = 0
            self.assertEqual(self.good(url, name="b")["sha"], sha)
            self.assertLess(proxy.received, 64 << 10)
        self.assertIn("origin/gone/deeper", self.git("branch", "-r", cwd=self.there))

    def test_missing_ref(self):
        self.bad(self.url("app"), "has no branch, tag or commit 'mian'", ref="mian",
                 hint="did you mean 'main'?")
        self.bad(self.url("app"), "has no branch, tag or commit 'no such ref'", ref="no such ref",
                 hint="release/1.x")
        self.bad(self.url("app"), "has no commit", ref="0123456789" * 4)
        self.bad(self.url("app"), "has no commit", ref="0123456789" * 4, depth=1)
        self.bad(self.url("app"), "has no commit", ref="01234567")

    def test_missing_repository(self):
        self.bad(self.url("nope"), "no git repository at", hint="check the path")

    def test_empty_repository(self):
        if not (self.root / "empty").exists():
            self.git.init(self.root / "empty")
        self.bad(self.url("empty"), "has no commits")

    def test_cut_in_the_middle(self):
        self.good(self.url("app"), name="warm-up")
        shutil.rmtree(self.places / "warm-up")
        for limit in (10, 700, 300_000):
            with self.subTest(limit), servers.Proxy(self.port, limit=limit) as proxy:
                self.trust(proxy.port)
                url = self.proxied(self.url("app"), proxy)
                self.bad(url, "", hint="")
                result = self.bad(url, mirror=False)
                self.assertRegex(result["message"], "closed|reset|reach|TLS|SSL|EOF|ended")
        with servers.Proxy(self.port) as proxy:
            self.trust(proxy.port)
            self.good(self.proxied(self.url("app"), proxy))

    def test_cut_while_fetching_into_an_existing_mirror(self):
        app = self.git.init(self.root / f"growing-{self.id().split('.')[-2]}")
        self.git.commit(app, {"a": "1"})
        with servers.Proxy(self.port) as proxy:
            self.trust(proxy.port)
            url = self.proxied(self.url(app.name), proxy)
            self.good(url, name="a")
            shutil.rmtree(self.places / "a")
            sha = self.git.commit(app, {"big": os.urandom(1 << 20)})
            proxy.limit = proxy.received + 300_000
            self.bad(url, "closed in the middle of the transfer", hint="run again")
            proxy.limit = None
            self.assertEqual(self.good(url)["sha"], sha)

    def test_a_server_that_says_nothing(self):
        for limit in (0, 300_000):
            with self.subTest(limit), servers.Proxy(self.port, limit, hang=True) as proxy:
                self.trust(proxy.port)
                result = self.bad(self.proxied(self.url("app"), proxy), silence=1500)
                self.assertRegex(result["message"], "said nothing|timed out")

    def test_cancel(self):
        for limit in (0, 300_000):
            with self.subTest(limit), servers.Proxy(self.port, limit, hang=True) as proxy:
                self.trust(proxy.port)
                before = snapshot(self.mirror)
                process = self.start(self.proxied(self.url("app"), proxy))
                self.assertTrue(proxy.reached.wait(60))
                result = self.finish(process, b"\n")
                self.check_failure(result, before, CANCELLED, ["cancelled"])

    def test_nobody_listens(self):
        port = servers.free_port()
        self.trust(port)
        # By address: where a machine has no IPv6, `localhost` may tell of that.
        nobody = self.url("app").replace(f":{self.port}", f":{port}").replace("localhost", "127.0.0.1")
        self.bad(nobody, "cannot reach", "refused", hint="check the network")

    def test_submodules_with_relative_urls(self):
        if not (self.root / "outer").exists():
            self.git.init(self.root / "inner")
            self.git.commit(self.root / "inner", {"deep": "1"})
            self.git.init(self.root / "outer")
            self.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "../app",
                     "libs/app", cwd=self.git_with_origin("outer"))
            self.git.commit(self.root / "outer", {"b": "1"})
        self.good(self.url("outer"), name="a", submodules=True)
        self.assertEqual((self.there / "libs/app/a.txt").read_text(), "three\n")
        self.assertIn(self.head, self.git("submodule", "status", cwd=self.there))
        self.assertFalse(self.git("submodule", "status", cwd=self.there).startswith("-"))
        self.good(self.url("outer"), name="b")
        self.assertEqual(list((self.there / "libs/app").iterdir()), [])
        self.good(self.url("outer"), name="c", submodules=True, depth=1)

    def git_with_origin(self, name):
        """A relative submodule URL is relative to the origin."""
        repository = self.root / name
        self.git("remote", "add", "origin", str(repository), cwd=repository)
        return repository

    def trust(self, port):
        """Makes a proxy's port as good as the server's own."""


class Daemon(EveryTransport, DaemonCase):
    pass


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
        with servers.HttpProxy() as proxy:
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


class Ssh(EveryTransport, Case):
    @classmethod
    def start_servers(cls):
        cls.keys = {kind: servers.make_key(cls.base / "keys" / kind, kind)
                    for kind in ("ed25519", "rsa", "ecdsa")}
        cls.server = cls.stack.enter_context(servers.ssh_server(
            cls.base / "sshd", [f"{key}.pub" for key in cls.keys.values()]))
        cls.port = cls.server.port
        import getpass
        cls.user = getpass.getuser()

    def setUp(self):
        super().setUp()
        self.ssh = self.home / ".ssh"
        self.ssh.mkdir(mode=0o700)
        (self.ssh / "known_hosts").write_text(self.server.host_key())
        self.use_key("ed25519")

    def use_key(self, kind):
        shutil.copy(self.keys[kind], self.ssh / f"id_{kind}")

    def url(self, path):
        return f"ssh://{self.user}@127.0.0.1:{self.port}{self.root}/{path}"

    def trust(self, port):
        with open(self.ssh / "known_hosts", "a", encoding="utf-8") as known:
            known.write(self.server.host_key().replace(f":{self.port}", f":{port}"))

    def test_keys_of_every_kind(self):
        for kind in self.keys:
            (self.ssh / "id_ed25519").unlink(missing_ok=True)
            self.use_key(kind)
            self.good(self.url("app"), name=kind)
            (self.ssh / f"id_{kind}").unlink()

    def test_key_as_secret(self):
        (self.ssh / "id_ed25519").unlink()
        for kind, key in self.keys.items():
            text = key.read_text()
            self.good(self.url("app"), name=kind, secret=text.strip())
            self.assert_nowhere(text.splitlines()[1])

    def test_agent(self):
        (self.ssh / "id_ed25519").unlink()
        socket = self.work / "agent"
        with servers.running([servers.need("ssh-agent"), "-D", "-a", str(socket)], None):
            environment = dict(self.environment, SSH_AUTH_SOCK=str(socket))
            add = ["ssh-add", "-q", str(self.keys["rsa"])]
            for _ in range(200):  # until the agent listens
                if subprocess.run(add, env=environment, capture_output=True).returncode == 0:
                    break
            self.environment = environment
            self.good(self.url("app"))

    def test_configuration_of_ssh(self):
        (self.ssh / "config").write_text(
            f"Host work\n  HostName 127.0.0.1\n  Port {self.port}\n  User {self.user}\n")
        self.assertEqual(self.good(f"work:{self.root}/app")["sha"], self.head)

    def test_wrong_host_key(self):
        other = servers.make_key(self.work / "other")
        kind, key = pathlib.Path(f"{other}.pub").read_text().split()[:2]
        (self.ssh / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")
        self.bad(self.url("app"), "host key is not the one in known_hosts", hint="ssh-keygen -R")

    def test_unknown_host(self):
        (self.ssh / "known_hosts").unlink()
        self.bad(self.url("app"), "host key is not in known_hosts",
                 hint=f"ssh-keyscan -p {self.port}")
        self.assertFalse((self.ssh / "known_hosts").exists())

    def test_wrong_key(self):
        (self.ssh / "id_ed25519").unlink()
        self.bad(self.url("app"), "refused every key", hint="ssh-add")
        stranger = servers.make_key(self.work / "stranger").read_text()
        self.bad(self.url("app"), "refused the granted key", secret=stranger,
                 hint="passphrase")
        self.bad(self.url("app"), "is no private key", secret="a-token", fault=USAGE,
                 hint="https")

    def test_path_with_quotes(self):
        odd = self.root / "it's \"odd\"; $(touch pwned)"
        if not odd.exists():
            self.git.init(odd)
            self.git.commit(odd, {"a": "1"})
        self.good(self.url(odd.name))
        self.assertEqual(list(self.base.rglob("pwned*")), [])


if __name__ == "__main__":
    unittest.main()
