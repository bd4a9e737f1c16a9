"""GitHub's own OpenAPI description, served by Prism: a GitHub that refuses every request which GitHub's
description does not allow. Both come from the npm registry, into a cache that tests share."""
import socket
import subprocess
import threading
import urllib.error
import urllib.request

from npm_folder import npm_folder

# The last Prism that Node.js 18, which Debian 12 has, can start; what it is made of asks for no version.
PACKAGES = ("@octokit/openapi@18", "@stoplight/prism-cli@5.12.0", "@stoplight/prism-http@5.12.0",
            "@stoplight/prism-http-server@5.12.0")
DESCRIPTION = "node_modules/@octokit/openapi/generated/api.github.com.json"


class Prism:
    """Runs until close()."""

    def __init__(self):
        folder = npm_folder("prism", PACKAGES)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            ["node_modules/.bin/prism", "mock", "-h", "127.0.0.1", "-p", str(self.port), "--errors",
             DESCRIPTION], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            if "Prism is listening" in line:
                break
        else:
            raise RuntimeError(f"Prism ended with {self.process.wait()}")
        # Nobody reads on: a full pipe must not stop it.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def ask(self, request):
        """Forwards a request as `notify_case.Service` keeps it; (status, headers, body)."""
        headers = {k: v for k, v in request["headers"].items() if k not in ("host", "content-length")}
        forwarded = urllib.request.Request(self.url + request["path"], method=request["method"],
                                           headers=headers,
                                           data=request["body"].encode() or None)
        try:
            with urllib.request.urlopen(forwarded, timeout=60) as answer:
                return answer.status, {"Content-Type": "application/json"}, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, {"Content-Type": "application/json"}, error.read().decode()

    def close(self):
        self.process.terminate()
        self.process.wait()
