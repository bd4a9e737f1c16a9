"""What the tests of checkouts share: a folder of repositories, a real server, what is left."""

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
import tcp_proxies as proxies  # noqa: E402

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


class DaemonCase(Case):
    @classmethod
    def start_servers(cls):
        cls.port = cls.stack.enter_context(servers.git_daemon(cls.root))

    def url(self, path):
        return f"git://127.0.0.1:{self.port}/{path}"


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
