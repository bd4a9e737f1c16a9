"""A small linter: every file compiles, is documented, and uses what it imports.

Usage: lint.py FOLDER…   (--strict adds matters of taste, such as long lines)"""
import ast
import pathlib
import sys

LONGEST_LINE = 100


def names_used(tree):
    """Every name that is read anywhere in the file."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def imports(tree):
    """(name, line) of everything that is imported."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                yield (alias.asname or alias.name).split(".")[0], node.lineno


def findings(path, strict):
    """(line, message) of everything that is wrong with one file."""
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text, filename=str(path))
    except SyntaxError as error:
        yield error.lineno or 1, f"does not compile: {error.msg}"
        return
    if tree.body and ast.get_docstring(tree) is None:
        yield 1, "the file does not say what it is for"
    used = names_used(tree)
    for name, line in imports(tree):
        if name not in used:
            yield line, f"'{name}' is imported and not used"
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield node.lineno, "a bare 'except' hides every error"
        if strict and isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is None:
            yield node.lineno, f"'{node.name}' has no docstring"
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            yield number, f"longer than {LONGEST_LINE} characters"
        if line != line.rstrip():
            yield number, "ends with a space"


def main(arguments):
    """Prints file:line: message for each finding; exit code 1 when there is one."""
    strict = "--strict" in arguments
    folders = [argument for argument in arguments if argument != "--strict"]
    files = sorted(file for folder in folders for file in pathlib.Path(folder).rglob("*.py"))
    if not files:
        sys.exit("lint: no files to look at")
    count = 0
    for file in files:
        for line, message in findings(file, strict):
            print(f"{file}:{line}: {message}")
            count += 1
    print(f"{len(files)} files, {count} findings")
    return 1 if count else 0


sys.exit(main(sys.argv[1:]))
