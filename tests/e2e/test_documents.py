"""The documents are true: their pipelines load, their commands parse, their links lead somewhere, and
the tables of docs/language.md are those of the binary (UPDATE_DOCS=1 writes them anew)."""
import os
import pathlib
import re
import shlex
import shutil
import subprocess

from harness import PipectlTest, main

ROOT = pathlib.Path(__file__).resolve().parents[2]
LANGUAGE = ROOT / "docs" / "language.md"
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"),
                *(page for page in ROOT.glob("examples/**/*.md") if "node_modules" not in page.parts)])
LINKED = sorted({*PAGES, ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"})
MARK = re.compile(r"(<!-- keys: (.+?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def blocks(page, language):
    """(line, text) of the page's fenced blocks in this language."""
    inside, start, lines = None, 0, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        fence = re.match(r"\s*```(\S*)", line)
        if not fence:
            lines.append(line)
        elif inside is None:
            inside, start, lines = fence.group(1), number + 1, []
        else:
            if inside == language:
                yield start, "\n".join(lines) + "\n"
            inside = None


def code_blocks(page):
    """(attribute, value, text) of C++ blocks that say where their code comes from."""
    pattern = r"^```cpp (file|in|compile)=(\S+)\n(.*?)^```$"
    return re.findall(pattern, page.read_text(), flags=re.DOTALL | re.MULTILINE)


def without_code(text):
    """Links in code are none."""
    text = re.sub(r"^\s*```.*?^\s*```", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def anchor(heading):
    """What GitHub makes of a heading."""
    text = re.sub(r"[`*]", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page):
    text = re.sub(r"^\s*```.*?^\s*```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return {anchor(line) for line in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)}


def sections(markdown):
    """Body by heading of the second level; headings within go one level down."""
    found = {}
    for part in re.split(r"^## ", markdown, flags=re.MULTILINE)[1:]:
        heading, body = part.split("\n", 1)
        found[heading.strip()] = "\n" + body.strip() + "\n\n"
    return found


class Documents(PipectlTest):
    def place(self, page, line=None):
        return f"{page.relative_to(ROOT)}" + (f":{line}" if line else "")

    def test_there_are_documents(self):
        self.assertGreaterEqual(len(PAGES), 6, PAGES)

    def test_pipelines_are_valid(self):
        checked = 0
        for page in PAGES:
            for line, text in blocks(page, "yaml"):
                if not re.search(r"^stages:", text, flags=re.MULTILINE):
                    continue
                with self.subTest(self.place(page, line)):
                    self.prepare(text)
                    self.pipectl("validate", code=0)
                    self.pipectl("plan", code=0)
                checked += 1
        self.assertGreater(checked, 15)

    def test_example_pipelines_are_valid(self):
        examples = [ROOT / "pipeline.example.yaml", *ROOT.glob("examples/**/pipeline*.yaml")]
        for example in examples:
            with self.subTest(self.place(example)):
                self.pipectl("validate", example, code=0)

    def prepare(self, text):
        """A folder that holds the pipeline and the files that it includes."""
        for entry in self.folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        self.write(text)
        for name in re.findall(r"^include: \[?([\w./-]+)", text, flags=re.MULTILINE):
            self.write("env: {FROM: common}\n", name)

    def test_commands_parse(self):
        checked = 0
        for page in PAGES:
            for line, text in blocks(page, "sh"):
                for command in commands(text):
                    with self.subTest(f"{self.place(page, line)}: {command}"):
                        self.check_command(shlex.split(command, comments=True)[1:])
                    checked += 1
        self.assertGreater(checked, 20)

    def help(self, *words):
        return self.pipectl(*words, "--help", code=0).stdout

    def check_command(self, words):
        root = self.help()
        names = re.findall(r"^  ([a-z]+) {2,}", root.split("Subcommands:")[1], flags=re.MULTILINE)
        if words and words[0].startswith("--"):
            self.assertIn(words[0], root)
            return
        self.assertIn(words[0] if words else "", [*names, "man"])
        path, rest = [words[0]], words[1:]
        below = {"runs": ("list", "show", "clean"), "secrets": ("list", "check", "audit", "rotate")}
        if rest and rest[0] in below.get(path[0], ()):
            path.append(rest.pop(0))
        text = self.help(*path)
        for word in rest:
            if word.startswith("-") and word != "-":
                option = word.split("=")[0]
                self.assertRegex(text, rf"(?<![\w-]){re.escape(option)}(?![\w-])")

    def test_links_lead_somewhere(self):
        for page in LINKED:
            text = without_code(page.read_text())
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, fragment = target.partition("#")
                file = (page.parent / path).resolve() if path else page
                with self.subTest(f"{self.place(page)}: {target}"):
                    self.assertTrue(file.exists(), target)
                    if fragment and file.suffix == ".md":
                        self.assertIn(fragment, anchors(file))

    def test_tables_are_current(self):
        tables = sections(self.pipectl("schema", "--markdown", code=0).stdout)
        text = LANGUAGE.read_text()
        placed = [name for _, name, _, _ in MARK.findall(text)]
        self.assertEqual(sorted(placed), sorted(tables), "every table stands there once")
        current = MARK.sub(lambda m: m.group(1) + tables[m.group(2)] + m.group(4), text)
        if os.environ.get("UPDATE_DOCS") == "1":
            LANGUAGE.write_text(current)
            return
        self.assertEqual(text, current, "UPDATE_DOCS=1 writes the tables anew")

    def test_code_is_that_of_the_tree(self):
        found = [block for page in PAGES for block in code_blocks(page)]
        self.assertGreater(len(found), 3)
        for what, name, text in found:
            with self.subTest(f"{what}={name}"):
                if what == "compile":
                    self.check_compiles(self.write(text, name + ".cpp"))
                elif what == "file":
                    self.assertEqual((ROOT / name).read_text(), text)
                else:
                    self.assertIn(text, (ROOT / name).read_text())

    def check_compiles(self, source):
        compiler = os.environ.get("CXX") or shutil.which("g++") or shutil.which("c++")
        self.assertTrue(compiler, "a C++ compiler")
        done = subprocess.run([compiler, "-std=gnu++20", "-Wall", "-Wextra", "-Werror", "-I", str(ROOT),
                               "-fsyntax-only", str(source)], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_command_is_described(self):
        root = self.help()
        text = (ROOT / "docs" / "cli.md").read_text()
        for name in re.findall(r"^  ([a-z]+) {2,}", root.split("Subcommands:")[1],
                               flags=re.MULTILINE):
            with self.subTest(name):
                self.assertRegex(text, rf"(?m)^## .*`{name}`")
                for option in set(re.findall(r"--[a-z][a-z-]+", self.help(name))) - {"--help"}:
                    self.assertIn(option, text)


def commands(text):
    """The calls of pipectl in a shell block, continued lines joined."""
    for line in text.replace("\\\n", " ").splitlines():
        line = line.strip().removeprefix("$ ").strip()
        line = re.sub(r"^(?:[A-Z_]+=\S+ +|sudo +|exec +)+", "", line)
        for part in re.split(r" (?:\||&&|;|>) ?", line.split(" # ")[0]):
            part = part.strip()
            if part == "pipectl" or part.startswith("pipectl "):
                yield part


if __name__ == "__main__":
    main()
