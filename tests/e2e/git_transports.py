"""What holds for every way to a git server."""

import os
import shutil

from git_cases import CANCELLED, proxies, servers, snapshot


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
        with proxies.Proxy(self.port) as proxy:
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
        with proxies.Proxy(self.port) as proxy:
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
            with self.subTest(limit), proxies.Proxy(self.port, limit=limit) as proxy:
                self.trust(proxy.port)
                url = self.proxied(self.url("app"), proxy)
                self.bad(url, "", hint="")
                result = self.bad(url, mirror=False)
                self.assertRegex(result["message"], "closed|reset|reach|TLS|SSL|EOF|ended")
        with proxies.Proxy(self.port) as proxy:
            self.trust(proxy.port)
            self.good(self.proxied(self.url("app"), proxy))

    def test_cut_while_fetching_into_an_existing_mirror(self):
        app = self.git.init(self.root / f"growing-{self.id().split('.')[-2]}")
        self.git.commit(app, {"a": "1"})
        with proxies.Proxy(self.port) as proxy:
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
            with self.subTest(limit), proxies.Proxy(self.port, limit, hang=True) as proxy:
                self.trust(proxy.port)
                result = self.bad(self.proxied(self.url("app"), proxy), silence=1500)
                self.assertRegex(result["message"], "said nothing|timed out")

    def test_cancel(self):
        for limit in (0, 300_000):
            with self.subTest(limit), proxies.Proxy(self.port, limit, hang=True) as proxy:
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
