#!/usr/bin/env python3
"""The layers of ARCHITECTURE.md, enforced: a file includes only what lies in a lower layer or in its
own folder. The table is read from ARCHITECTURE.md, so the document cannot be wrong."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def read_table():
    """`| 3 | core/plan | …` -> {'core/plan': 3}; `exceptions` hold `core/store -> core/exec`."""
    text = (root / "ARCHITECTURE.md").read_text()
    rows = re.findall(r"^\|\s*(\d)\s*\|\s*`([\w/]+)/`", text, re.MULTILINE)
    allowed = set(re.findall(r"^- `([\w/]+)/` may include `([\w/]+)/`", text, re.MULTILINE))
    return {folder: int(layer) for layer, folder in rows}, allowed


def folder_of(path, layers):
    parts = path.split("/")
    for size in (2, 1):
        folder = "/".join(parts[:size])
        if folder in layers:
            return folder
    return None


def main():
    layers, allowed = read_table()
    if len(layers) < 10:
        sys.exit("ARCHITECTURE.md: the table of layers was not found")
    problems, files = [], 0
    for source in sorted(root.rglob("*.[ch]pp")):
        path = source.relative_to(root).as_posix()
        own = folder_of(path, layers)
        if own is None or path.startswith(("tests/", "build/")):
            continue
        files += 1
        for included in INCLUDE.findall(source.read_text()):
            other = folder_of(included, layers)
            if other is None:
                problems.append(f'{path}: "{included}" is not written from the repository\'s root')
            elif other != own and layers[other] >= layers[own] and (own, other) not in allowed:
                problems.append(f"{path} (layer {layers[own]}) includes {included} (layer {layers[other]})")
    print("\n".join(problems))
    print(f"{files} files checked, {len(problems)} wrong includes")
    sys.exit(1 if problems or files == 0 else 0)


main()
