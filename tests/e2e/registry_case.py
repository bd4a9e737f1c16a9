"""A real registry of images on a port of its own, and images in it without an engine."""
import base64
import hashlib
import json
import shutil
import socket
import subprocess
import time
import unittest
import urllib.request

import harness

PASSWORD = "registry-password"


def need_registry():
    for program in ("docker-registry", "htpasswd"):
        if shutil.which(program) is None:
            if harness.IN_CI:
                raise AssertionError(f"{program} is not installed")
            raise unittest.SkipTest(f"{program} is not installed")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Registry:
    """docker-registry on a port of its own."""

    def __init__(self, folder, password="", user="robot"):
        self.port, self.user = free_port(), user
        auth = ""
        folder.mkdir()
        if password:
            (folder / "htpasswd").write_text(make_htpasswd(password, user))
            auth = f"auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}\n"
        (folder / "config.yml").write_text(
            f"version: 0.1\nlog: {{level: warn}}\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
            f"http: {{addr: '127.0.0.1:{self.port}', secret: x}}\n{auth}")
        self.process = subprocess.Popen(["docker-registry", "serve", folder / "config.yml"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError("docker-registry ended") from None
                time.sleep(0.05)

    @property
    def name(self):
        return f"127.0.0.1:{self.port}"

    def digest(self, path, tag, password=""):
        """As the registry has it; asked over HTTP, not through docker."""
        request = urllib.request.Request(
            f"http://{self.name}/v2/{path}/manifests/{tag}", method="HEAD",
            headers={"Accept": "application/vnd.docker.distribution.manifest.v2+json, "
                               "application/vnd.docker.distribution.manifest.list.v2+json"})
        if password:
            login = base64.b64encode(f"{self.user}:{password}".encode()).decode()
            request.add_header("Authorization", f"Basic {login}")
        return urllib.request.urlopen(request).headers["Docker-Content-Digest"]

    def stop(self):
        self.process.kill()
        self.process.wait()


def make_htpasswd(password, user="robot"):
    done = subprocess.run(["htpasswd", "-nbB", user, password], stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
CONFIG = "application/vnd.docker.container.image.v1+json"
IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


class Uploads:
    """Puts images into a registry by its API."""

    def __init__(self, registry, password=""):
        self.registry = registry
        self.headers = {}
        if password:
            login = base64.b64encode(f"robot:{password}".encode()).decode()
            self.headers["Authorization"] = f"Basic {login}"

    def send(self, method, url, body=None, **headers):
        url = url if url.startswith("http") else f"http://{self.registry.name}/v2/{url}"
        request = urllib.request.Request(url, data=body, method=method,
                                         headers={**self.headers, **headers})
        return urllib.request.urlopen(request)

    def blob(self, path, content):
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        where = self.send("POST", f"{path}/blobs/uploads/", b"").headers["Location"]
        where += ("&" if "?" in where else "?") + "digest=" + digest
        self.send("PUT", where, content, **{"Content-Type": "application/octet-stream"})
        return {"digest": digest, "size": len(content)}

    def manifest(self, path, reference, document, media_type):
        content = json.dumps(document, indent=3).encode()
        self.send("PUT", f"{path}/manifests/{reference}", content, **{"Content-Type": media_type})
        return {"digest": "sha256:" + hashlib.sha256(content).hexdigest(), "size": len(content),
                "mediaType": media_type}

    def image(self, path, tag, words):
        """An image whose layer holds these words; its descriptor."""
        config = self.blob(path, json.dumps({"os": "linux", "words": words}).encode())
        layer = self.blob(path, words.encode())
        document = {"schemaVersion": 2, "mediaType": IMAGE, "config": {**config, "mediaType": CONFIG},
                    "layers": [{**layer, "mediaType": LAYER}]}
        return self.manifest(path, tag, document, IMAGE)

    def image_of_two_platforms(self, path, tag, words):
        members = [{**self.image(path, f"{tag}-{arch}", f"{words} {arch}"),
                    "platform": {"os": "linux", "architecture": arch}} for arch in ("amd64", "arm64")]
        return self.manifest(path, tag, {"schemaVersion": 2, "mediaType": LIST, "manifests": members},
                             LIST)
