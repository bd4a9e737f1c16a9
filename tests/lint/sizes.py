#!/usr/bin/env python3
"""No source file has more than 300 lines: what grows beyond has a second job and is split."""
import pathlib
import sys

root = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 300
sources = [p for d in ("cli", "core", "stages", "plugins") for p in (root / d).rglob("*.[ch]pp")]
long = [(len(p.read_text().splitlines()), p.relative_to(root)) for p in sources]
long = sorted((lines, path) for lines, path in long if lines > LIMIT)
for lines, path in long:
    print(f"{path}: {lines} lines, at most {LIMIT}")
sys.exit(1 if long or not sources else 0)
