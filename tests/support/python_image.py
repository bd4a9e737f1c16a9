"""An image with the host's Python and Debian packages, in place of python:3.11-slim where no registry
can be reached. `venv` and `pip install` in it do nothing: what they would fetch is there."""
import io
import os
import pathlib
import subprocess
import tarfile

import docker_engine

NAME = "pipectl-test/python:1"
LEFT_OUT = {"__pycache__", "test", "tests", "idlelib", "lib2to3", "ensurepip", "tkinter", "venv"}
PYTHON = pathlib.Path(os.path.realpath("/usr/bin/python3"))  # whichever one runs this
FIND = """
import importlib.util, sys, sysconfig
print(sysconfig.get_path("stdlib"))
for name in sys.argv[1:]:
    spec = importlib.util.find_spec(name)
    print((spec.submodule_search_locations or [spec.origin])[0])
"""
VENV = """
import os, sys
folder = sys.argv[1] + "/bin"
os.makedirs(folder)
with open(folder + "/pip", "w") as pip:
    pip.write("#!/bin/sh\\ntest -e \\"$4\\"\\n")  # install --no-cache-dir -r FILE
os.chmod(folder + "/pip", 0o755)
"""
USERADD = """#!/bin/sh
for name; do :; done
echo "$name:x:10001:10001::/:/bin/false" >> /etc/passwd
"""


def wanted(info):
    name = pathlib.PurePath(info.name).name
    return None if name in LEFT_OUT or name.startswith("config-3") else info


def places(modules):
    """The standard library, and each of the modules: a folder or a file."""
    found = subprocess.run([PYTHON, "-c", FIND, *modules], check=True, stdout=subprocess.PIPE, text=True)
    return [pathlib.Path(line) for line in found.stdout.splitlines()]


def libraries(files):
    """Shared libraries that these programs and extensions need."""
    found = set()
    for file in files:
        listed = subprocess.run(["ldd", file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        found |= {word for word in listed.stdout.split() if word.startswith("/")}
    return found


def extensions(folders):
    return [file for folder in folders if folder.is_dir() for file in folder.rglob("*.so")]


def add_text(tar, path, text, mode=0o644):
    info = tarfile.TarInfo(path)
    info.size, info.mode = len(text.encode()), mode
    tar.addfile(info, io.BytesIO(text.encode()))


def add_link(tar, path, target):
    info = tarfile.TarInfo(path)
    info.type, info.linkname = tarfile.SYMTYPE, target
    tar.addfile(info)


def add_file(tar, path):
    """The file that a path leads to, at that path."""
    tar.add(os.path.realpath(path), str(path).lstrip("/"))


def content(modules):
    data = io.BytesIO()
    folders = places(modules)
    with tarfile.open(fileobj=data, mode="w") as tar:
        for folder in folders:
            tar.add(folder, str(folder).lstrip("/"), filter=wanted)
        for path in {PYTHON, *libraries([PYTHON, *extensions(folders)])}:
            add_file(tar, path)
        tar.add("/bin/busybox", "bin/busybox")
        add_link(tar, "usr/bin/python3", PYTHON.name)
        for name in docker_engine.SHELLS:
            add_link(tar, f"bin/{name}", "busybox")
        add_text(tar, str(folders[0] / "venv.py").lstrip("/"), VENV)
        add_text(tar, "bin/useradd", USERADD, 0o755)
        add_text(tar, "etc/passwd", "root:x:0:0::/:/bin/sh\n")
        info = tarfile.TarInfo("tmp")
        info.type, info.mode = tarfile.DIRTYPE, 0o1777
        tar.addfile(info)
    return data.getvalue()


def python_image(modules):
    """The image; its name."""
    docker_engine.docker("import", "--change", "ENV PATH=/usr/bin:/bin", "-", NAME,
                         host=docker_engine.engine(), data=content(modules))
    return NAME
