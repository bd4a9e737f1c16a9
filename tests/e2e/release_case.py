"""A repository to be released, its remote, and as much of GitHub as a release needs."""
import json
import re
import subprocess
import urllib.parse
from hashlib import sha256

import harness
from notify_case import NotifyTest

TOKEN = "t0ken-of-test"
REPOSITORY = "/repos/team/shop"


class GitHub:
    """Releases of `team/shop`, with GitHub's own rules: drafts have no address by tag, a name is
    taken once. `fault` may take a call's place, before or after it is done."""

    def __init__(self, case):
        self.begin()
        self.service = case.service(self.answer)
        self.url = self.service.url

    def begin(self):
        """Nothing is here yet."""
        self.releases, self.assets, self.calls, self.next_id = [], {}, [], 100
        # (which calls: of their number and line, function of (do) that returns an answer)
        self.fault = None

    def answer(self, request):
        path, _, query = request["path"].partition("?")
        call = f"{request['method']} {path}"
        self.calls.append(call)
        if request["headers"].get("authorization") != f"Bearer {TOKEN}":
            return 401, {}, json.dumps({"message": "Bad credentials"})
        def do():
            status, body = self.act(request["method"], path, urllib.parse.parse_qs(query), request)
            return status, {}, "" if body is None else json.dumps(body)
        if self.fault and self.fault[0](len(self.calls) - 1, call):
            return self.fault[1](do)
        return do()

    def shown(self, release):
        return {**release, "html_url": f"https://github.com/team/shop/releases/{release['id']}",
                "upload_url": f"{self.url}{REPOSITORY}/releases/{release['id']}/assets"
                              "{?name,label}"}

    def act(self, method, path, query, request):
        path = path.removeprefix(REPOSITORY)
        if method == "GET" and path == "/releases":
            return 200, [self.shown(r) for r in reversed(self.releases)]
        if method == "GET" and path.startswith("/releases/tags/"):
            tag = urllib.parse.unquote(path.rpartition("/")[2])
            found = [r for r in self.releases if r["tag_name"] == tag and not r["draft"]]
            return (200, self.shown(found[0])) if found else (404, {"message": "Not Found"})
        if method == "POST" and path == "/releases":
            return self.create(json.loads(request["body"]))
        asset = re.fullmatch(r"/releases/assets/(\d+)", path)
        if method == "DELETE" and asset:
            gone = self.assets.pop(int(asset[1]), None)
            return (204, None) if gone else (404, {"message": "Not Found"})
        one = re.fullmatch(r"/releases/(\d+)(/assets)?", path)
        release = next((r for r in self.releases if one and r["id"] == int(one[1])), None)
        if release is None:
            return 404, {"message": "Not Found"}
        return self.act_on(release, method, bool(one[2]), query, request)

    def act_on(self, release, method, assets, query, request):
        mine = [a for a in self.assets.values() if a["release"] == release["id"]]
        if not assets and method == "GET":
            return 200, self.shown(release)
        if not assets and method == "PATCH":
            release.update(json.loads(request["body"]))
            return 200, self.shown(release)
        if method == "GET":
            return 200, [without_content(a) for a in mine]
        name = query["name"][0]
        if any(a["name"] == name for a in mine):
            return 422, {"message": "Validation Failed", "errors": [{"code": "already_exists"}]}
        return 201, without_content(self.add_asset(release["id"], name, request["body"]))

    def add_asset(self, release, name, content, state="uploaded"):
        self.next_id += 1
        asset = {"id": self.next_id, "release": release, "name": name, "state": state,
                 "size": len(content.encode()), "content": content,
                 "digest": "sha256:" + sha256(content.encode()).hexdigest()}
        self.assets[self.next_id] = asset
        return asset

    def create(self, body):
        if any(r["tag_name"] == body["tag_name"] and not r["draft"] for r in self.releases):
            return 422, {"message": "Validation Failed", "errors": [{"code": "already_exists"}]}
        self.next_id += 1
        self.releases.append({"draft": False, **body, "id": self.next_id})
        return 201, self.shown(self.releases[-1])

    def files(self):
        return {a["name"]: a["content"] for a in self.assets.values() if a["state"] == "uploaded"}


def without_content(asset):
    return {key: value for key, value in asset.items() if key != "content"}


PIPELINE = """
    name: shop
    secrets: {GITHUB_TOKEN: {env: GITHUB_TOKEN}}
    stages:
      release:
        kind: release
        changelog: CHANGELOG.md
        version_files: [package.json]
        assets: ['dist/*.tgz']
        secrets: [GITHUB_TOKEN]
        github: {repository: team/shop}
"""


class ReleaseTest(NotifyTest):
    """`self.repo` is a clone of the bare `self.origin`, with v1.0.0 and a feature since."""

    pipeline = PIPELINE
    url = None  # of the origin; None: its path

    def setUp(self):
        super().setUp()
        self.top = self.folder
        self.make_repository("work")

    def make_repository(self, name):
        self.origin = self.top / name / "origin.git"
        self.repo = self.folder = self.top / name / "shop"
        self.repo.mkdir(parents=True)
        self.git("init", "-q", "--bare", "-b", "main", str(self.origin))
        self.git("init", "-q", "-b", "main")
        self.git("remote", "add", "origin", self.url or str(self.origin))
        self.fill()

    def fill(self):
        """What there is before the test begins, here and at the origin."""
        self.write(self.pipeline)
        self.write("dist/\n", ".gitignore")
        self.write('{\n  "name": "shop",\n  "version": "1.0.0"\n}\n', "package.json")
        self.commit("feat: the beginning")
        self.git("tag", "-a", "v1.0.0", "-m", "v1.0.0")
        self.git("push", "-q", str(self.origin), "main", "v1.0.0")
        self.commit("feat(api): a door\n\nwith a handle", "door")
        self.commit("fix: a hole", "hole")
        self.write("packed", "dist/shop.tgz")

    def commit(self, message, name=None):
        if name:
            self.write(message, name)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def environment(self, **extra):
        names = {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
                 "GITHUB_TOKEN": TOKEN}
        return super().environment(**{**names, **extra})

    def release(self, *args, code=None, **extra):
        return self.pipectl("release", "--ui", "plain", *args, code=code,
                            env=self.environment(**extra))

    def there(self, *args):
        """git in the origin."""
        return self.git(*args, cwd=self.origin)

    def check_released(self, version="1.1.0", commits=4):
        """The release is there, and there once."""
        tag = f"v{version}"
        self.assertEqual(self.there("cat-file", "-t", tag), "tag")
        sha = self.there("rev-parse", f"{tag}^{{commit}}")
        self.assertEqual(self.there("rev-parse", "main"), sha)
        self.assertEqual(self.git("rev-parse", "HEAD"), sha)
        self.assertEqual(self.git("status", "--porcelain"), "")
        self.assertEqual(self.there("rev-list", "--count", "main"), str(commits))
        self.assertIn(f'"version": "{version}"', self.there("show", f"{tag}:package.json"))
        log = self.there("show", f"{tag}:CHANGELOG.md")
        self.assertEqual(log.count(f"## [{version}] - "), 1)
        self.assertEqual(log.count("**api:** a door"), 1)

    def check_published(self, github, tag="v1.1.0"):
        releases = [r for r in github.releases if r["tag_name"] == tag]
        self.assertEqual([r["draft"] for r in releases], [False], releases)
        self.assertEqual(sorted(github.files()), ["SHA256SUMS", "provenance.intoto.json", "shop.tgz"])
        self.assertIn("**api:** a door", releases[0]["body"])
        done = subprocess.run(["sha256sum", "-c", "-"], input=github.files()["SHA256SUMS"],
                              cwd=self.repo / "dist", text=True, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class PublishedTest(ReleaseTest):
    """It is released on `self.github`."""

    def setUp(self):
        super().setUp()
        self.github = GitHub(self)

    def environment(self, **extra):
        return super().environment(**{"GITHUB_API_URL": self.github.url, **extra})


__all__ = ["GitHub", "PIPELINE", "PublishedTest", "REPOSITORY", "ReleaseTest", "TOKEN", "harness"]
