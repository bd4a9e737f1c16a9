"""Folders with packages from the npm registry, in a cache that tests share."""
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import unittest

IN_CI = os.environ.get("CI") == "true"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))


def absent(reason):
    """A part that cannot start fails in CI; elsewhere the test says why it was left out."""
    if IN_CI:
        raise RuntimeError(reason)
    raise unittest.SkipTest(reason)


def node_version():
    if shutil.which("npm") is None or shutil.which("node") is None:
        absent("npm is not here: nothing can be installed from its registry")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.match(r"v(\d+)", said)[1])


def npm_folder(name, packages):
    """The folder that has the node_modules of these packages."""
    folder = CACHE / "pipectl-tests" / name
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two tests may want it at once
        fill(folder, packages)
    return folder


def fill(folder, packages):
    done = folder / "installed"
    wanted = "\n".join(packages)
    if done.exists() and done.read_text() in ("", wanted):
        return
    node_version()
    for other in ("package.json", "package-lock.json"):  # of other versions, which npm would keep
        (folder / other).unlink(missing_ok=True)
    shutil.rmtree(folder / "node_modules", ignore_errors=True)
    try:
        npm = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts",
                              "--prefix", str(folder), *packages],
                             capture_output=True, text=True, timeout=500, check=False)
    except subprocess.TimeoutExpired:
        absent(f"npm did not bring {packages[0]} in time")
    if npm.returncode != 0:
        absent(f"npm cannot install {packages[0]}: {npm.stderr[-500:]}")
    done.write_text(wanted)
