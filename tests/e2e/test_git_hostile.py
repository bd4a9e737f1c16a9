"""Repositories that try to write where they should not, made with git's plumbing, over git:// (so
that nothing on this side made them) and from a path. Nothing may be written outside of the
destination, nothing half, and the message names what was refused."""

import os
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import git_cases as base  # noqa: E402

LINK, FILE, TREE, GITLINK = "120000", "100644", "40000", "160000"


class Hostile(base.DaemonCase):
    @classmethod
    def make_app(cls):
        cls.root.mkdir()
        return None

    def setUp(self):
        super().setUp()
        self.name = self.id().rsplit(".", 1)[1]
        self.repository = self.git.init(self.root / self.name)
        self.outside = self.work / "outside"
        self.outside.mkdir()
        (self.outside / "victim").write_text("untouched")

    def check_sound(self, repository):
        """git itself calls most of these unsound."""

    def assert_mirror_untouched(self, before):
        """What was fetched whole may stay there: only the content is refused."""
        self.assertEqual(list(self.mirror.glob("*.new")), [])

    def blob(self, content):
        return self.git("hash-object", "-w", "--stdin", cwd=self.repository, data=content)

    def tree(self, *entries):
        """A tree object byte by byte: git's own tools refuse most of these."""
        data = b""
        for mode, name, sha in entries:
            name = name if isinstance(name, bytes) else name.encode()
            data += mode.encode() + b" " + name + b"\0" + bytes.fromhex(sha)
        return self.git("hash-object", "-w", "--literally", "-t", "tree", "--stdin",
                        cwd=self.repository, data=data)

    def commit_tree(self, tree):
        sha = self.git("commit-tree", "-m", "hostile", tree, cwd=self.repository)
        self.git("update-ref", "refs/heads/main", sha, cwd=self.repository)
        return sha

    def refused(self, *words, **options):
        for url in (self.url(self.name), str(self.repository)):
            with self.subTest(url):
                result = self.bad(url, *words, **options)
                self.assertEqual((self.outside / "victim").read_text(), "untouched")
                self.assertEqual(len(list(self.outside.iterdir())), 1)
                self.assertNotIn("\x1b", result["message"])

    def test_names_that_leave_the_folder(self):
        evil = self.blob(b"evil")
        inner = self.tree((FILE, "x", evil))
        for entry in [(FILE, "..", evil), (TREE, "..", inner), (FILE, ".", evil),
                      (FILE, "../../outside/victim", evil), (FILE, "/etc/evil", evil),
                      (FILE, "a/../../b", evil), (TREE, "../outside", inner)]:
            with self.subTest(entry[1]):
                self.commit_tree(self.tree(entry))
                self.refused("refused", entry[1])

    def test_git_folder_in_every_spelling(self):
        hook = self.tree((TREE, "hooks", self.tree(("100755", "post-checkout", self.blob(b"#!")))))
        for name in (".git", ".GIT", ".Git", ".git.", ".git ", ".git . .", "git~1", "GIT~1",
                     ".git::$INDEX_ALLOCATION"):
            with self.subTest(name):
                self.commit_tree(self.tree((TREE, name, hook)))
                self.refused("git's own folder")
                self.commit_tree(self.tree((TREE, "a", self.tree((TREE, name, hook)))))
                self.refused("git's own folder")
        self.commit_tree(self.tree((FILE, ".git", self.blob(b"gitdir: /tmp\n"))))
        self.refused("git's own folder")
        self.commit_tree(self.tree((LINK, ".git", self.blob(b"/tmp"))))
        self.refused("git's own folder")

    def test_harmless_neighbours_of_these_names(self):
        one = self.blob(b"1")
        names = [".gitattributes", ".github", ".gitignore", "...", "..a", "a..", "git", "git~2"]
        self.commit_tree(self.tree(*[(FILE, n, one) for n in sorted(names)]))
        self.good(self.url(self.name))
        self.assertEqual(sorted(p.name for p in self.there.iterdir()), sorted(names + [".git"]))

    def test_link_and_folder_of_the_same_name(self):
        link = self.blob(str(self.outside).encode())
        inner = self.tree((FILE, "victim", self.blob(b"evil")))
        self.commit_tree(self.tree((LINK, "a", link), (TREE, "a", inner)))
        self.refused("'a'", "there twice")
        self.commit_tree(self.tree((TREE, "a", inner), (LINK, "a", link)))
        self.refused("'a'", "there twice")
        self.commit_tree(self.tree((FILE, "b", inner and self.blob(b"1")),
                                   (FILE, "b", self.blob(b"2"))))
        self.refused("'b'", "there twice")

    def test_link_swapped_for_a_folder_by_fast_import(self):
        """The shape of CVE-2021-21300 and friends: a link first, a folder in the next commit."""
        target = str(self.outside)
        stream = f"""blob
mark :1
data {len(target)}
{target}
blob
mark :2
data 4
evil
commit refs/heads/main
committer x <x@example.com> 1700000000 +0000
data 1
a
M 120000 :1 A
commit refs/heads/main
committer x <x@example.com> 1700000001 +0000
data 1
b
D A
M 100644 :2 A/victim
M 120000 :1 a
"""
        self.git("fast-import", "--quiet", cwd=self.repository, data=stream.encode())
        self.good(self.url(self.name))
        self.assertEqual((self.there / "A/victim").read_text(), "evil")
        self.assertTrue((self.there / "a").is_symlink())
        self.assertEqual((self.outside / "victim").read_text(), "untouched")

    def test_links_are_made_and_not_followed(self):
        """A link may point anywhere: it is content. Only nothing is written through it."""
        self.commit_tree(self.tree(
            (LINK, "absolute", self.blob(str(self.outside).encode())),
            (LINK, "dangling", self.blob(b"nowhere/at/all")),
            (LINK, "up", self.blob(b"../../outside/victim"))))
        self.good(self.url(self.name))
        self.assertEqual(os.readlink(self.there / "absolute"), str(self.outside))
        self.assertEqual((self.outside / "victim").read_text(), "untouched")

    def test_gitmodules_as_a_link(self):
        self.commit_tree(self.tree((LINK, ".gitmodules", self.blob(b"/etc/passwd"))))
        self.refused("a link as .gitmodules")

    def test_long_names_and_deep_folders(self):
        one = self.blob(b"1")
        self.commit_tree(self.tree((FILE, "n" * 300, one)))
        self.refused("longer than 255")
        self.commit_tree(self.tree((FILE, "n" * 255, one)))
        self.good(self.url(self.name))
        shutil.rmtree(self.there)
        tree = self.tree((FILE, "x", one))
        for _ in range(2500):
            tree = self.tree((TREE, "d", tree))
        self.commit_tree(tree)
        self.refused("refused")

    def test_bomb(self):
        """Ten levels of ten: 10,000,000,000 files in eleven objects."""
        tree = self.blob(b"boom")
        mode = FILE
        for _ in range(10):
            tree = self.tree(*[(mode, f"f{i}", tree) for i in range(10)])
            mode = TREE
        self.commit_tree(tree)
        self.refused("more than 10,000,000 files")

    def test_names_with_control_characters(self):
        one = self.blob(b"1")
        names = [b"a\nb", b"\x1b[31mred", b"$(touch pwned)", b"-rf", b" ", b"\xff\xfe", b"a\\..\\b",
                 "ünïcode".encode()]
        self.commit_tree(self.tree(*[(FILE, n, one) for n in sorted(names)]))
        self.good(self.url(self.name))
        self.assertEqual(sorted(os.listdir(os.fsencode(self.there))), sorted(names + [b".git"]))

    def test_unknown_kinds_of_entries(self):
        for mode in ("010644", "020000", "060000", "0", "107777"):
            with self.subTest(mode):
                self.commit_tree(self.tree((mode, "x", self.blob(b"1"))))
                self.refused("")

    def test_objects_that_are_not_there(self):
        self.commit_tree(self.tree((TREE, "gone", "12" * 20)))
        self.refused("")
        self.commit_tree(self.tree((FILE, "gone", "12" * 20)))
        self.refused("")

    def submodule(self, gitmodules, path="sub", commit="12" * 20):
        self.commit_tree(self.tree((FILE, ".gitmodules", self.blob(gitmodules.encode())),
                                   (GITLINK, path, commit)))

    def test_submodule_urls(self):
        for url in (f"file://{self.outside}", str(self.outside), "ext::sh -c 'touch pwned'",
                    "-oProxyCommand=touch pwned:x", "ssh://-oProxyCommand=touch pwned/x",
                    "fd::17", "git@-oProxyCommand=x:y", "--upload-pack=touch pwned", ""):
            with self.subTest(url):
                self.submodule(f'[submodule "s"]\n\tpath = sub\n\turl = "{url}"\n')
                self.bad(self.url(self.name), "submodule 'sub'" if url else "no URL",
                         submodules=True, fault=self.any_fault)
        self.assertEqual(list(self.base.rglob("pwned*")), [])
        self.good(self.url(self.name))  # nobody asked for its submodules

    any_fault = type("Any", (), {"__eq__": lambda self, other: True})()

    def test_submodule_names_and_paths_that_leave(self):
        for name, path in (("../../../evil", "sub"), ("x", "../evil"), ("/abs", "sub"),
                           ("a]\n\turl", "sub"), (".git", ".git/modules")):
            with self.subTest(name):
                self.submodule(f'[submodule "{name}"]\n\tpath = {path}\n\turl = ./nope\n')
                self.bad(self.url(self.name), "", submodules=True)

    def test_submodule_with_includes_and_rubbish(self):
        (self.outside / "config").write_text('[submodule "s"]\n\tpath = sub\n\turl = /etc\n')
        for text in (f"[include]\n\tpath = {self.outside}/config\n", "[[[[", "\0\0\0", "",
                     "x" * (2 << 20)):
            with self.subTest(text[:20]):
                self.submodule(text)
                self.bad(self.url(self.name), "", submodules=True)

    def test_submodules_without_end(self):
        """Each is a submodule of the one before."""
        below = self.git.commit(self.repository, {"leaf": "1"})
        for level in range(25):
            outer = self.git.init(self.root / f"{self.name}-{level}")
            inner = self.name if level == 0 else f"{self.name}-{level - 1}"
            self.repository, saved = outer, self.repository
            self.submodule(f'[submodule "s"]\n\tpath = s\n\turl = ../{inner}\n', "s", below)
            below = self.git("rev-parse", "main", cwd=outer)
            self.repository = saved
        self.bad(self.url(f"{self.name}-24"), "nested without end", submodules=True)
        self.good(self.url(f"{self.name}-10"), submodules=True)

    def test_references_that_leave(self):
        sha = self.git.commit(self.repository, {"a": "1"})
        harmless, evil = "refs/heads/aaaaaaaaaaaa/evil", "refs/heads/../../../../evil"
        evil = evil.replace("evil", "evil2")
        self.assertEqual(len(harmless), len(evil))
        self.git("branch", "fine", cwd=self.repository)
        self.git("branch", harmless[len("refs/heads/"):], cwd=self.repository)
        with base.proxies.Proxy(self.port, rewrite=(harmless.encode(), evil.encode())) as proxy:
            self.good(self.url(self.name).replace(str(self.port), str(proxy.port)))
        self.check_references()
        packed = self.repository / ".git/packed-refs"
        packed.write_text("".join(f"{sha} {name}\n" for name in (
            evil, "refs/heads/fine", "refs/tags/../../evil")))
        self.good(str(self.repository))
        self.check_references()

    def check_references(self):
        self.assertIn("refs/remotes/origin/fine", self.git("for-each-ref", cwd=self.there))
        self.assertEqual(list(self.base.glob("**/evil2*")), [])
        self.assertNotIn("evil2", (self.there / ".git/packed-refs").read_text())
        shutil.rmtree(self.there)

    def test_servers_that_babble(self):
        for words, times in ((b"", 1), (b"garbage\r\n\r\n", 1), (os.urandom(4096), 1),
                             (b"ffff" + b"x" * 100, 1), (b"0000", 1), (b"0001" * 10, 1),
                             (b"003eERR no\n", 1), (b"-001", 1), (b"zzzz", 1),
                             (b"000eERR \x1b[31mno", 1), (b"HTTP/1.1 200 OK\r\n\r\n", 1),
                             (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", 1),
                             (b"HTTP/1.1 999 " + b"x" * 200_000, 1)):
            with self.subTest(words[:20]), base.proxies.Babbler(words, times) as server:
                for url in (f"git://127.0.0.1:{server.port}/x", f"http://127.0.0.1:{server.port}/x"):
                    result = self.bad(url, "")
                    self.assertNotIn("\x1b", result["message"])

    def test_a_list_of_references_without_end(self):
        line = b"".join(b"0046%040x refs/heads/b%012x\n" % (i + 1, i) for i in range(1000))
        self.assertEqual(len(line), 1000 * 0x46)
        with base.proxies.Babbler(line, 10_000) as server:
            self.bad(f"git://127.0.0.1:{server.port}/x", "has no end")

    def test_local_repository_with_links_among_its_objects(self):
        """CVE-2022-39253: a link in the object folder would copy what it points to."""
        self.git.commit(self.repository, {"a": "1"})
        (self.outside / "secret").write_text("private")
        objects = self.repository / ".git/objects"
        (objects / "aa").mkdir(exist_ok=True)
        (objects / "aa" / ("b" * 38)).symlink_to(self.outside / "secret")
        (objects / "bb").symlink_to(self.outside)
        self.good(str(self.repository))
        for path in base.files_below(self.there):
            self.assertNotIn(b"private", path.read_bytes())
        self.assertFalse((self.there / ".git/objects/bb").exists())

    def test_configuration_and_hooks_of_a_local_repository_stay_there(self):
        self.git.commit(self.repository, {"a": "1"})
        hook = self.repository / ".git/hooks/post-checkout"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {self.outside}/pwned\n")
        hook.chmod(0o755)
        with open(self.repository / ".git/config", "a", encoding="utf-8") as config:
            config.write(f"[core]\n\tfsmonitor = touch {self.outside}/pwned\n"
                         f"\tsshCommand = touch {self.outside}/pwned\n"
                         f"[filter \"x\"]\n\tsmudge = touch {self.outside}/pwned\n")
        self.git("-c", "core.fsmonitor=", "config", "--unset", "core.fsmonitor",
                 cwd=self.repository)
        with open(self.repository / ".git/config", "a", encoding="utf-8") as config:
            config.write(f"[core]\n\tfsmonitor = touch {self.outside}/pwned\n")
        self.assertTrue(self.checkout(str(self.repository))["ok"])
        self.assertFalse((self.outside / "pwned").exists())
        self.assertFalse((self.places / "there/.git/hooks/post-checkout").exists())
        self.assertNotIn("pwned", (self.places / "there/.git/config").read_text())

    def test_filters_that_the_content_asks_for(self):
        self.git.commit(self.repository, {".gitattributes": "*.x filter=lfs\n*.t text eol=crlf\n",
                                          "a.x": "version https://git-lfs.github.com/spec/v1\n",
                                          "b.t": "line\n"})
        (self.home / ".gitconfig").write_text(
            f'[filter "lfs"]\n\tsmudge = touch {self.outside}/ran\n\trequired = true\n')
        self.assertTrue(self.checkout(self.url(self.name))["ok"])
        there = self.places / "there"
        self.assertEqual((there / "a.x").read_text(), "version https://git-lfs.github.com/spec/v1\n")
        self.assertEqual((there / "b.t").read_bytes(), b"line\r\n")
        self.assertFalse((self.outside / "ran").exists())


if __name__ == "__main__":
    unittest.main()
