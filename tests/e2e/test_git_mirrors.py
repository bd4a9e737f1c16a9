"""core/git on this machine: paths, a mirror that is damaged, a disk that is full."""

import json
import shutil
import subprocess
import unittest

import harness
from git_cases import Case, DaemonCase, USAGE, checkout_program


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
