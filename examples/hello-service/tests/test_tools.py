"""The tools around the service: what is built, and how it is deployed and undone."""
import http.client
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import service  # noqa: E402  pylint: disable=wrong-import-position


def tool(name, *arguments):
    """Runs a tool as the pipeline does."""
    return subprocess.run([sys.executable, str(ROOT / "tools" / name), *map(str, arguments)],
                          capture_output=True, text=True, check=False)


class PackageTest(unittest.TestCase):
    def test_the_same_sources_give_the_same_bytes(self):
        sums = ROOT / "dist" / "SHA256SUMS"
        self.assertEqual(tool("package.py", "0.0.1").returncode, 0)
        first = sums.read_text(encoding="utf-8")
        self.assertEqual(tool("package.py", "0.0.1").returncode, 0)
        self.assertEqual(first, sums.read_text(encoding="utf-8"))

    def test_a_version_is_no_path(self):
        for version in ("../x", "", "a b", '";'):
            with self.subTest(version=version):
                self.assertNotEqual(tool("package.py", version).returncode, 0)


class ScanTest(unittest.TestCase):
    def test_finds_a_key_and_does_not_print_it(self):
        with tempfile.TemporaryDirectory() as folder:
            key = "AKIA" + "A" * 16
            pathlib.Path(folder, "config.py").write_text(f"KEY = '{key}'\n", encoding="utf-8")
            found = tool("secret_scan.py", folder)
            self.assertEqual(found.returncode, 1)
            self.assertIn("config.py:1: AWS access key", found.stdout)
            self.assertNotIn(key, found.stdout)


class DeployTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve() / "target"
        self.addCleanup(tool, "service.py", "stop", self.root)
        self.port = service.free_port()

    def release(self, version):
        """A release in the place of the test, as dist/ is made new by each build."""
        self.assertEqual(tool("package.py", version).returncode, 0)
        archive = self.root.parent / f"hello-{version}.pyz"
        shutil.move(ROOT / "dist" / archive.name, archive)
        return archive

    def version(self):
        """The version that answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.addCleanup(connection.close)
        connection.request("GET", "/ready")
        return json.load(connection.getresponse())["version"]

    def test_deploy_undo_stop(self):
        one, two = self.release("1.0"), self.release("2.0")
        for archive, version in ((one, "1.0"), (two, "2.0"), (two, "2.0")):
            done = tool("service.py", "deploy", self.root, archive, "--port", self.port)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.version(), version)
        for _ in range(2):
            self.assertEqual(tool("service.py", "undo", self.root, "--port",
                                  self.port).returncode, 0)
            self.assertEqual(self.version(), "1.0")
        for _ in range(2):
            self.assertEqual(tool("service.py", "stop", self.root).returncode, 0)
        self.assertFalse((self.root / "service.pid").exists())

    def test_the_undo_of_the_first_deploy_leaves_nothing_running(self):
        tool("service.py", "deploy", self.root, self.release("1.0"), "--port", self.port)
        self.version()
        undone = tool("service.py", "undo", self.root, "--port", self.port)
        self.assertIn("no release before", undone.stdout)
        self.assertFalse((self.root / "current").is_symlink())
        self.assertFalse((self.root / "service.pid").exists())


if __name__ == "__main__":
    unittest.main()
