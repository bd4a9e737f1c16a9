"""A small Debian, bootstrapped from the mirror that this machine already uses."""
import platform
import subprocess


def mirror_of(codename):
    """The first of apt's own mirrors of this release."""
    listed = subprocess.run(["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)",
                             "Created-By: Packages"], stdout=subprocess.PIPE, check=True, text=True)
    for line in listed.stdout.splitlines():
        release, uri = line.split(maxsplit=1)
        if release == codename:
            return uri
    raise RuntimeError(f"apt knows no mirror of {codename}")


def bootstrap(archive):
    """Writes its root folder as a tar archive: dpkg, dash, bash and the GNU tools, nothing more."""
    codename = platform.freedesktop_os_release()["VERSION_CODENAME"]
    subprocess.run(["mmdebstrap", "--quiet", "--variant=essential", codename, str(archive),
                    mirror_of(codename)], check=True, stdin=subprocess.DEVNULL)
    return archive
