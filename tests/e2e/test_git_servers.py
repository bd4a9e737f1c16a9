"""core/git against real git servers: what is checked out, what each failure says, what is left."""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import git_servers as servers  # noqa: E402
import harness  # noqa: E402

USAGE, STEP, INFRASTRUCTURE, CANCELLED = range(4)  # Fault
SECRET = "s3cret"  # the web server's password


def checkout_program():
    given = os.environ.get("PIPECTL_CHECKOUT_BIN")
    binary = os.environ.get("PIPECTL_BIN", "build/release/pipectl")
    return given or str(pathlib.Path(binary).resolve().parent / "tests" / "checkout")


def files_below(folder):
    return sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file() and not p.is_symlink())


def snapshot(folder):
    """Every path below it with its content: equal only when nothing changed."""
    digest = hashlib.sha256()
    for path in sorted(pathlib.Path(folder).rglob("*")):
        digest.update(str(path).encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Case(unittest.TestCase):
    """One repository with branches, tags and a submodule; a home for the checkout program."""

    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        cls.base = pathlib.Path(cls.stack.enter_context(tempfile.TemporaryDirectory()))
        cls.git = servers.Git(cls.base)
        cls.root = cls.base / "root"
        cls.app = cls.make_app()
        cls.start_servers()

    @classmethod
    def start_servers(cls):
        pass

    @classmethod
    def make_app(cls):
        git, app = cls.git, cls.git.init(cls.root / "app")
        cls.first = git.commit(app, {"a.txt": "one\n", "bin/run": "#!/bin/sh\n"}, "feat: first")
        git("tag", "-a", "v1.0", "-m", "v1.0", cwd=app)
        cls.second = git.commit(app, {"a.txt": "two\n"})
        git("branch", "release/1.x", cwd=app)
        git.commit(app, {"noise.bin": os.urandom(1 << 20)})
        cls.head = git.commit(app, {"a.txt": "three\n"}, "fix: a message\n\nwith a body")
        return app

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(dir=self.base))
        self.addCleanup(shutil.rmtree, self.work, True)
        self.home = self.work / "home"
        self.home.mkdir()
        self.mirror = self.work / "mirror"
        self.places = self.work / "places"
        self.places.mkdir()
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.home),
                            "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}

    def start(self, url, name="there", mirror=True, secret=None, **options):
        arguments = [checkout_program(), "--url", url, "--destination", str(self.places / name)]
        if mirror:
            arguments += ["--mirror", str(self.mirror)]
        for key, value in options.items():
            arguments += [f"--{key}"] + ([] if value is True else [str(value)])
        environment = dict(self.environment)
        if secret is not None:
            environment["CHECKOUT_SECRET"] = secret
        return subprocess.Popen(arguments, env=environment, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process, data=None):
        # The program reads its input until the end: a closed one is no line.
        out, err = process.communicate(data, timeout=300)
        self.assertEqual(err.decode(), "", "nothing belongs on standard error")
        self.assertIn(process.returncode, (0, 1), out)
        self.output = out.decode()
        return json.loads(out)

    def checkout(self, url, **options):
        return self.finish(self.start(url, **options))

    def good(self, url, name="there", **options):
        result = self.checkout(url, name=name, **options)
        self.assertTrue(result["ok"], result)
        self.there = self.places / name
        self.check_sound(self.there)
        self.assertEqual(self.git("rev-parse", "HEAD", cwd=self.there), result["sha"])
        return result

    def check_sound(self, repository):
        self.git("fsck", "--no-dangling", cwd=repository)
        self.assertEqual(self.git("status", "--porcelain", cwd=repository), "")

    def bad(self, url, *words, hint="", fault=INFRASTRUCTURE, **options):
        """Fails with these words, and leaves everything as it was."""
        before = snapshot(self.mirror)
        result = self.checkout(url, **options)
        self.check_failure(result, before, fault, words, hint)
        return result

    def check_failure(self, result, before, fault, words, hint=""):
        self.assertFalse(result["ok"], result)
        self.assertEqual(result["fault"], fault, result)
        for word in words:
            self.assertIn(word, result["message"])
        self.assertIn(hint, result["hint"])
        self.assertEqual(list(self.places.iterdir()), [], "something is left at the destination")
        self.assert_mirror_untouched(before)

    def assert_mirror_untouched(self, before):
        for lock in self.mirror.glob("*.lock"):
            if lock.stat().st_size == 0 and not list(self.mirror.glob(lock.stem + ".[gn]*")):
                lock.unlink()  # of a mirror that never came to be
        if before != hashlib.sha256().hexdigest():
            self.assertEqual(snapshot(self.mirror), before, "the mirror has changed")
        self.assertEqual(list(self.mirror.glob("*.new")), [])

    def assert_nowhere(self, secret):
        self.assertNotIn(secret, self.output)
        for path in files_below(self.places) + files_below(self.mirror):
            self.assertNotIn(secret.encode(), path.read_bytes(), str(path))


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


class DaemonCase(Case):
    @classmethod
    def start_servers(cls):
        cls.port = cls.stack.enter_context(servers.git_daemon(cls.root))

    def url(self, path):
        return f"git://127.0.0.1:{self.port}/{path}"


class Daemon(EveryTransport, DaemonCase):
    pass


class Web(Case):
    @classmethod
    def start_servers(cls):
        cls.certificates = servers.make_certificates(cls.base / "certificates")
        cls.server = cls.stack.enter_context(
            servers.web_server(cls.root, cls.base / "web", cls.certificates))
        cls.port = cls.server.https

    def setUp(self):
        super().setUp()
        self.environment["GIT_SSL_CAINFO"] = str(self.certificates / "ca.pem")

    def url(self, path):
        return f"https://localhost:{self.port}/{path}"


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


class Local(Case):
    def test_path_and_file_url(self):
        for name, url in (("a", str(self.app)), ("b", f"file://{self.app}"),
                          ("c", f"{self.app}/.git")):
            self.assertEqual(self.good(url, name=name)["sha"], self.head)
        self.assertFalse(self.mirror.exists())

    def test_refs_depth_and_missing(self):
        self.assertEqual(self.good(str(self.app), ref="v1.0", depth=1)["tag"], "v1.0")
        shutil.rmtree(self.there)
        self.bad(str(self.app), "has no branch, tag or commit", ref="mian", hint="'main'")
        self.bad(str(self.root / "nope"), "no git repository at", hint="check the path")

    def test_bare_shallow_worktree_and_borrowing(self):
        git = self.git
        git("clone", "-q", "--bare", self.app, self.work / "bare.git")
        git("clone", "-q", "--depth=1", f"file://{self.app}", self.work / "shallow")
        git("worktree", "add", "-q", "-b", "side", self.work / "tree", cwd=self.app)
        self.addCleanup(git, "worktree", "prune", cwd=self.app)
        git("clone", "-q", "--shared", self.app, self.work / "shared")
        git("repack", "-qad", cwd=self.work / "bare.git")
        for name in ("bare", "shallow", "tree", "shared"):
            with self.subTest(name):
                self.assertEqual(self.good(str(self.work / name), name=name)["sha"], self.head)

    def test_a_destination_that_is_in_use(self):
        (self.places / "there").mkdir()
        self.good(str(self.app))
        result = self.checkout(str(self.app))
        self.assertIn("it is not empty", result["message"])
        self.assertEqual(result["fault"], USAGE)
        self.assertEqual((self.there / "a.txt").read_text(), "three\n")

    def test_export(self):
        (self.app / "untracked").write_text("x")
        (self.app / "a.txt").write_text("changed\n")
        self.addCleanup(self.git, "checkout", "-q", "--", "a.txt", cwd=self.app)
        self.addCleanup((self.app / "untracked").unlink)
        done = subprocess.run([checkout_program(), "--export", str(self.app), "--destination",
                               str(self.places / "out")], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, check=True)
        result = json.loads(done.stdout)
        self.assertEqual((result["sha"], result["branch"]), (self.head, "main"))
        self.assertEqual((self.places / "out/a.txt").read_text(), "three\n")
        self.assertFalse((self.places / "out/untracked").exists())
        self.assertEqual((self.app / "a.txt").read_text(), "changed\n")
        self.git("fsck", "--no-dangling", cwd=self.places / "out")


class DamagedMirror(DaemonCase):
    def warm(self):
        self.good(self.url("app"), name="warm")
        return next(self.mirror.glob("*.git"))

    def damage(self, path, content=b"garbage"):
        path.chmod(0o644)
        path.unlink()  # the checkout's hard link stays whole
        path.write_bytes(content)

    def test_damaged_pack(self):
        mirror = self.warm()
        for pack in mirror.glob("objects/pack/*.pack"):
            self.damage(pack, b"PACK" + bytes(len(pack.read_bytes()) - 4))
        self.assertEqual(self.good(self.url("app"))["sha"], self.head)
        self.git("fsck", cwd=next(self.mirror.glob("*.git")))

    def test_damaged_index_head_and_config(self):
        for pattern in ("objects/pack/*.idx", "HEAD", "config"):
            with self.subTest(pattern):
                mirror = self.warm()
                for path in mirror.glob(pattern):
                    self.damage(path)
                self.assertEqual(self.good(self.url("app"))["sha"], self.head)
                shutil.rmtree(self.places)
                self.places.mkdir()

    def test_empty_folder_and_leftovers(self):
        mirror = self.warm()
        shutil.rmtree(mirror)
        mirror.mkdir()
        new = mirror.with_suffix(".new")
        new.mkdir()
        (new / "half").write_text("")
        self.assertEqual(self.good(self.url("app"))["sha"], self.head)
        self.assertFalse(new.exists())
        (mirror / "objects/pack/pack_git2_half").write_text("")
        self.good(self.url("app"), name="again")
        self.assertFalse((mirror / "objects/pack/pack_git2_half").exists())

    def test_many_packs_become_one(self):
        mirror = self.warm()
        for number in range(55):
            shutil.copy(next(mirror.glob("objects/pack/*.pack")),
                        mirror / f"objects/pack/pack-{number:040x}.pack")
        self.good(self.url("app"))
        self.assertEqual(len(list(mirror.glob("objects/pack/*.pack"))), 1)

    def test_two_at_once(self):
        processes = [self.start(self.url("app"), name=f"p{i}") for i in range(4)]
        for number, process in enumerate(processes):
            self.assertTrue(self.finish(process)["ok"])
            self.git("fsck", "--no-dangling", cwd=self.places / f"p{number}")


class FullDisk(DaemonCase):
    """A tmpfs that is smaller than the repository."""

    def setUp(self):
        super().setUp()
        self.small = self.work / "small"
        self.small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", self.small],
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            reason = f"no tmpfs can be mounted: {mounted.stderr.decode().strip()}"
            if harness.IN_CI:
                self.fail(reason)
            self.skipTest(f"{reason} (it takes root and its capabilities)")
        self.addCleanup(subprocess.run, ["umount", "-l", self.small], check=True)

    def test_below_the_mirror(self):
        self.mirror = self.small / "mirror"
        self.bad(self.url("app"), "the disk is full", hint="make room")

    def test_below_the_destination(self):
        for mirror in (True, False):
            for url in (self.url("app"), str(self.app)):
                with self.subTest((mirror, url)):
                    self.places = self.small / "places"
                    self.places.mkdir(exist_ok=True)
                    result = self.checkout(url, mirror=mirror)
                    self.assertIn("the disk is full", result["message"])
                    self.assertEqual(list(self.places.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
