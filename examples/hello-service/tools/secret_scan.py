"""Looks for secrets that were left in the sources, and for files that anybody may write.

Usage: secret_scan.py FOLDER"""
import pathlib
import re
import stat
import sys

PATTERNS = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "AWS access key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "GitHub token": re.compile(r"\bgh[pousr]_[0-9A-Za-z]{36}\b"),
    "Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "password in a URL": re.compile(r"://[^/\s:@]+:[^/\s:@]+@"),
}
IGNORED = {".git", "__pycache__", "dist", "deploy"}


def findings(root):
    """(place, what) of everything suspicious below a folder."""
    for file in sorted(root.rglob("*")):
        if not file.is_file() or file.is_symlink() or IGNORED & set(file.relative_to(root).parts):
            continue
        if file.stat().st_mode & stat.S_IWOTH:
            yield str(file), "anybody may write it"
        text = file.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            for what, pattern in PATTERNS.items():
                if pattern.search(line):
                    yield f"{file}:{number}", what


def main(arguments):
    """Prints the findings, never the secret itself; exit code 1 when there is one."""
    root = pathlib.Path(arguments[0]) if len(arguments) == 1 else None
    if root is None or not root.is_dir():
        sys.exit("usage: secret_scan.py FOLDER")
    count = 0
    for place, what in findings(root):
        print(f"{place}: {what}")
        count += 1
    print(f"{count} findings")
    return 1 if count else 0


sys.exit(main(sys.argv[1:]))
