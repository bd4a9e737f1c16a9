"""Builds dist/hello-VERSION.pyz, the same bytes for the same sources, and dist/SHA256SUMS.

Usage: package.py VERSION"""
import hashlib
import pathlib
import re
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
STARTER = "import runpy\nrunpy.run_module('hello', run_name='__main__')\n"
EPOCH = (1980, 1, 1, 0, 0, 0)


def members(version):
    """(name, content) of everything in the archive, in a fixed order."""
    yield "__main__.py", STARTER
    for file in sorted((ROOT / "hello").glob("*.py")):
        content = file.read_text(encoding="utf-8")
        if file.name == "version.py":
            content = f'"""Written by tools/package.py."""\nVERSION = "{version}"\n'
        yield f"hello/{file.name}", content


def write_archive(path, version):
    """A zip that Python can run. No time stamps, so that it can be built again."""
    with open(path, "wb") as out:
        out.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members(version):
                entry = zipfile.ZipInfo(name, EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content)
    path.chmod(0o755)


def main(arguments):
    """Builds into dist/, which is made new."""
    if len(arguments) != 1 or not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,63}", arguments[0]):
        sys.exit("usage: package.py VERSION   (letters, digits, '.', '+', '-')")
    version = arguments[0]
    dist = ROOT / "dist"
    dist.mkdir(exist_ok=True)
    for old in dist.iterdir():
        old.unlink()
    archive = dist / f"hello-{version}.pyz"
    write_archive(archive, version)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (dist / "SHA256SUMS").write_text(f"{digest}  {archive.name}\n", encoding="utf-8")
    print(f"{archive.relative_to(ROOT)} {archive.stat().st_size} bytes sha256 {digest}")


main(sys.argv[1:])
