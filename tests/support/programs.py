"""The programs that scripts/lib/test-programs fetched because Debian 12 has none of them.

Those in `bin` stand last on the PATH: what the machine has itself comes first. Plugins of the docker
program are seen only by a test that asks for them, since most are to hold without."""
import json
import os
import pathlib
import unittest

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
FOLDER = CACHE / "pipectl-tests" / "programs"


def add_to_path():
    found = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if str(FOLDER / "bin") not in found:
        os.environ["PATH"] = os.pathsep.join([*found, str(FOLDER / "bin")])


def missing(name):
    """Why a program is not here."""
    reason = FOLDER / "missing" / name
    return reason.read_text().strip() if reason.exists() else f"scripts/lib/test-programs did not fetch {name}"


def docker_config(folder, *plugins):
    """A DOCKER_CONFIG, made in `folder`, in which the docker program finds these plugins: compose, buildx."""
    for name in plugins:
        if not (FOLDER / name / "cli-plugins" / f"docker-{name}").exists():
            raise unittest.SkipTest(missing(name))
    folder.mkdir(parents=True, exist_ok=True)
    extra = [str(FOLDER / name / "cli-plugins") for name in plugins]
    (folder / "config.json").write_text(json.dumps({"cliPluginsExtraDirs": extra}))
    return str(folder)


add_to_path()
