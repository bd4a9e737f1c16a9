"""`cmake --install`: everything where a packager expects it, and usable from there."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import harness

BUILD = os.environ.get("PIPECTL_BUILD", "build/release")
FILES = ["bin/pipectl", "share/man/man1/pipectl.1", "share/bash-completion/completions/pipectl",
         "share/zsh/site-functions/_pipectl", "share/fish/vendor_completions.d/pipectl.fish",
         "share/pipectl/pipectl.schema.json", "share/doc/pipectl/LICENSE"]


class InstallTest(harness.PipectlTest):
    @classmethod
    def setUpClass(cls):
        cls.stage = tempfile.TemporaryDirectory(prefix="pipectl-install-")
        cls.addClassCleanup(cls.stage.cleanup)
        subprocess.run(["cmake", "--install", BUILD, "--prefix", "/usr"], check=True,
                       env={**os.environ, "DESTDIR": cls.stage.name}, stdout=subprocess.DEVNULL)
        cls.usr = pathlib.Path(cls.stage.name) / "usr"
        cls.environment = harness.clean_environment(
            PATH=f"{cls.usr}/bin:{os.environ['PATH']}", HOME=cls.stage.name)

    def shell(self, *argv):
        done = subprocess.run(argv, cwd=self.folder, env=self.environment, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        self.assertEqual(done.stderr, "", argv)
        return done.stdout

    def setUp(self):
        super().setUp()
        self.write("stages: {build: {run: 'true'}, 'unit': {run: 'true', matrix: {n: ['a b']}}}")

    def test_everything_is_there(self):
        self.assertEqual([f for f in FILES if not (self.usr / f).is_file()], [])
        self.assertTrue(os.access(self.usr / "bin/pipectl", os.X_OK))

    def test_the_manual_page_is_well_formed_and_current(self):
        page = self.usr / "share/man/man1/pipectl.1"
        self.assertEqual(page.read_text(), self.shell("pipectl", "man"))
        text = self.shell("man", "--warnings", "-E", "UTF-8", "-Tutf8", "-l", str(page))
        text = re.sub(".\b", "", text)  # bold and underlined as printers had it
        for word in ("NAME", "--until", "EXIT STATUS", "PIPECTL_STATE_DIR", "NO_COLOR"):
            self.assertIn(word, text)

    def complete_bash(self, *words):
        script = f"""
            . {self.usr}/share/bash-completion/completions/pipectl
            COMP_WORDS=(pipectl "$@"); COMP_CWORD=$#
            _pipectl; printf '%s\\n' "${{COMPREPLY[@]}}" """
        return self.shell("bash", "--norc", "-c", script, "bash", *words).splitlines()

    def test_bash(self):
        self.assertIn("run", self.complete_bash("r"))
        self.assertIn("--until", self.complete_bash("run", "--un"))
        self.assertEqual(self.complete_bash("run", "--until", ""),
                         ["build", "unit", "unit\\ \\(a\\ b\\)"])
        self.assertEqual(self.complete_bash("run", "--ui", "=", "l"), ["live"])
        self.assertEqual(self.complete_bash("completion", "z"), ["zsh"])
        self.assertIn("pipeline.yaml", self.complete_bash("validate", "pipe"))

    def test_fish(self):
        script = f"source {self.usr}/share/fish/vendor_completions.d/pipectl.fish; complete -C "
        ask = lambda line: self.shell("fish", "--no-config", "-c", script + f"'{line}'").splitlines()
        self.assertTrue(any(line.startswith("validate\t") for line in ask("pipectl v")))
        self.assertIn("unit (a b)", [line.split("\t")[0] for line in ask("pipectl run --until u")])
        self.assertEqual([line.split("\t")[0] for line in ask("pipectl graph --format d")], ["dot"])

    def test_zsh(self):
        self.shell("zsh", "-f", "-n", str(self.usr / "share/zsh/site-functions/_pipectl"))
        script = (f"fpath=({self.usr}/share/zsh/site-functions $fpath); autoload -Uz compinit; "
                  "compinit -u -D; print -r -- $_comps[pipectl]")
        self.assertEqual(self.shell("zsh", "-f", "-c", script), "_pipectl\n")

    def test_the_schema_is_the_programs(self):
        self.assertEqual((self.usr / "share/pipectl/pipectl.schema.json").read_text(),
                         self.shell("pipectl", "schema"))


if __name__ == "__main__":
    unittest.main()
