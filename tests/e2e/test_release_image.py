"""A release gives the image that was tested its tags: the very digest, in a real registry."""
import base64
import json
import signal
import urllib.error
import urllib.request

import harness
from registry_case import PASSWORD, Registry, Uploads, need_registry
from registry_proxy import RegistryProxy
from release_case import PublishedTest
from release_image_case import PIPELINE, ImageTest


class Promotion(ImageTest):
    def test_the_very_digest_gets_the_tags(self):
        self.promote()
        digest = self.publish()
        text = self.release(code=0)
        self.assertIn(f"promote {self.registry.name}/team/shop:{self.sha} to ", text.stdout + text.stderr)
        self.check(digest)
        outputs = json.loads(self.pipectl("runs", "show", "latest", "--json", code=0).stdout)
        self.assertIn(f"{self.registry.name}/team/shop@{digest}", json.dumps(outputs))
        again = self.release(code=0)
        self.assertIn("v1.1.0 was released already", again.stdout + again.stderr)

    def test_a_dry_run_says_it_and_asks_nobody(self):
        self.promote()
        self.registry.stop()
        done = self.release("--dry-run", code=0)
        base = f"{self.registry.name}/team/shop"
        self.assertIn(f"promote {base}:{self.sha} to {base}:1.1.0, {base}:latest, by its digest",
                      done.stdout)

    def test_an_image_of_several_platforms_goes_to_another_repository(self):
        self.promote(f", to: ['{self.registry.name}/released/shop'], tags: ['{{version}}', latest]")
        digest = Uploads(self.registry).image_of_two_platforms("team/shop", self.sha, "both")["digest"]
        self.release(code=0)
        self.assertEqual(digest, self.digest("1.1.0", "released/shop"))
        self.assertEqual(digest, self.digest("latest", "released/shop"))
        with urllib.request.urlopen(urllib.request.Request(
                f"http://{self.registry.name}/v2/released/shop/manifests/{digest}",
                headers={"Accept": "application/vnd.docker.distribution.manifest.list.v2+json"})) as answer:
            members = json.load(answer)["manifests"]
        for member in members:
            self.assertEqual(member["digest"], self.digest(member["digest"], "released/shop"))

    def test_an_image_that_is_not_there_ends_it_before_anything_is_made(self):
        self.promote()
        done = self.release(code=1)
        self.assertIn("is not in its registry", done.stdout + done.stderr)
        self.assertEqual("v1.0.0", self.git("tag"))

    def test_a_version_that_names_another_image(self):
        self.promote()
        other = Uploads(self.registry).image("team/shop", "1.1.0", "other")["digest"]
        self.publish()
        done = self.release(code=1)
        self.assertIn("is another image", done.stdout + done.stderr)
        self.assertEqual(other, self.digest("1.1.0"))
        self.assertEqual("v1.0.0", self.git("tag"))

    def test_a_pre_release_does_not_move_latest(self):
        self.promote(", tags: ['{version}', latest]")
        text = (self.repo / "pipeline.yaml").read_text().replace("changelog:", "prerelease: rc\n    changelog:")
        (self.repo / "pipeline.yaml").write_text(text)
        self.sha = self.commit("chore: a pre-release")[:7]
        digest = self.publish()
        self.release(code=0)
        self.assertEqual(digest, self.digest("1.1.0-rc.1"))
        with self.assertRaises(urllib.error.HTTPError):
            self.digest("latest")

    def test_what_broke_is_resumed_with_the_image_that_was_decided_on(self):
        broken = RegistryProxy(self.registry.name)
        self.addCleanup(broken.server_close)
        self.addCleanup(broken.shutdown)
        self.promote(name=broken.name)
        digest = self.publish()
        broken.fault = lambda method, _path: 403 if method == "PUT" else None
        done = self.release(code=3)
        self.assertIn("the registry answered 403", done.stdout + done.stderr)
        self.publish("made later, never tested")
        broken.fault = None
        self.release("--resume", code=0)
        self.check(digest)

    def test_with_a_password(self):
        self.registry = self.start_registry("locked", password=PASSWORD)
        self.promote(f", tags: ['{{version}}', latest], login: {{'{self.registry.name}': "
                     "{username: robot, password: REGISTRY_PASSWORD}}")
        digest = self.publish(password=PASSWORD)
        done = self.release(code=3, REGISTRY_PASSWORD="wrong-password")
        self.assertIn("the registry answered 401", done.stdout + done.stderr)
        done = self.release(code=0, REGISTRY_PASSWORD=PASSWORD)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        self.assertEqual(digest, self.digest("latest", password=PASSWORD))

    def test_with_the_login_of_docker_and_a_token(self):
        broken = RegistryProxy(self.registry.name)
        self.addCleanup(broken.server_close)
        self.addCleanup(broken.shutdown)
        broken.token = "t0ken-of-the-registry"
        self.promote(name=broken.name)
        digest = self.publish()
        auth = base64.b64encode(f"robot:{PASSWORD}".encode()).decode()
        self.write(json.dumps({"auths": {broken.name: {"auth": auth}}}), "../docker/config.json")
        self.release(code=0, DOCKER_CONFIG=str(self.repo.parent / "docker"))
        self.check(digest)
        scopes = [one for one in broken.asked if one.startswith("GET /token")]
        self.assertTrue(any("scope=repository%3Ateam%2Fshop%3Apull%2Cpush" in one for one in scopes), scopes)
        self.assertTrue(any("service=shop%20registry" in one for one in scopes), scopes)

    def test_killed_at_every_write_of_the_journal(self):
        self.assertTrue(harness.FAULTY, "PIPECTL_FAULTY names no binary")
        number = 0
        while True:
            self.make_repository(f"killed-{number}")
            self.registry = self.start_registry(f"registry-{number}")
            self.promote()
            digest = self.publish()
            done = self.pipectl("release", binary=harness.FAULTY, env=self.environment(
                FAULT_AT=str(number), FAULT_WHEN=("before", "after")[number % 2]))
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, -signal.SIGKILL, done.stderr)
            self.release("--resume", code=0)
            with self.subTest(f"write {number}"):
                self.check(digest)
            number += 1
        self.assertGreater(number, 5)


class Late(PublishedTest):
    """A release broke before its image had its name, and a commit that releases nothing came after it: with an image
    of its own, which nobody means."""
    pipeline = "name: shop\nstages: {release: {kind: release}}\n"

    def setUp(self):
        need_registry()
        super().setUp()
        self.registry = Registry(self.top / "registry")
        self.addCleanup(self.registry.stop)
        self.proxy = RegistryProxy(self.registry.name)
        self.addCleanup(self.proxy.server_close)
        self.addCleanup(self.proxy.shutdown)
        self.image = f"{self.proxy.name}/team/shop"

    def broken(self, tag="${{ git.short_sha }}", published=None, on_github=True):
        text = PIPELINE.format(name=self.proxy.name, more=", tags: ['{version}', latest]")
        text = text.replace("${{ git.short_sha }}", tag)
        if on_github:
            text = text.replace("secrets: {", "secrets: {GITHUB_TOKEN: {env: GITHUB_TOKEN}, ").replace(
                "secrets: [", "github: {repository: team/shop}\n        secrets: [GITHUB_TOKEN, ")
        self.write(text)
        self.sha = self.commit("chore: pipeline")[:7]
        digest = Uploads(self.registry).image("team/shop", published or self.sha, "tested")["digest"]
        self.proxy.fault = lambda method, _path: 403 if method == "PUT" else None
        self.release(code=3)
        self.proxy.fault = None
        self.assertEqual("v1.0.0\nv1.1.0", self.there("tag"))
        later = self.commit("docs: words")[:7]
        self.git("push", "-q", "origin", "main")
        Uploads(self.registry).image("team/shop", published or later, "of another commit")
        return digest

    def forget(self):
        """The tag as somebody else would have made it."""
        self.git("tag", "-f", "-a", "-m", "words", "v1.1.0", "v1.1.0^{}")
        self.git("push", "-q", "-f", "origin", "v1.1.0")

    def finished(self, digest):
        done = self.release(code=0)
        self.assertIn("warning: v1.1.0 was tagged and its release on GitHub not finished", done.stdout)
        for name in ("1.1.0", "latest"):
            self.assertEqual(digest, self.registry.digest("team/shop", name))
        self.assertEqual([r["draft"] for r in self.github.releases], [False])

    def refused(self, *says):
        done = self.release(code=1)
        for text in says:
            self.assertIn(text, done.stdout)
        self.assertEqual(self.github.releases, [])
        self.assertRaises(urllib.error.HTTPError, self.registry.digest, "team/shop", "latest")

    def test_without_a_release_on_github(self):
        digest = self.broken(on_github=False)
        self.assertIn("look whether v1.1.0 was released to its end", self.release("--dry-run", code=0).stdout)
        done = self.release(code=0)
        self.assertIn("warning: v1.1.0 was tagged and its release not finished: that is done now\n", done.stdout)
        for name in ("1.1.0", "latest"):
            self.assertEqual(digest, self.registry.digest("team/shop", name))
        later = Uploads(self.registry).image("team/shop", "latest", "of a later release")["digest"]
        self.assertIn("nothing to release: no commit since v1.1.0", self.release(code=0).stdout)
        self.assertEqual(later, self.registry.digest("team/shop", "latest"))

    def test_a_tag_that_somebody_made_is_no_release_that_broke(self):
        self.broken(on_github=False)
        self.forget()
        self.assertIn("nothing to release: no commit since v1.1.0", self.release(code=0).stdout)
        self.assertRaises(urllib.error.HTTPError, self.registry.digest, "team/shop", "1.1.0")

    def test_the_image_that_the_tag_records(self):
        digest = self.broken()
        self.assertIn(f"\nPromoted-Image: {self.image}@{digest}", self.there("cat-file", "tag", "v1.1.0"))
        Uploads(self.registry).image("team/shop", self.sha, "built again, never tested")
        self.finished(digest)

    def test_another_image_than_the_tag_records(self):
        digest = self.broken()
        other = Uploads(self.registry).image("team/shop", "1.1.0", "of somebody")["digest"]
        self.refused(f"{self.image}:1.1.0 is there already, and is another image: {other}")
        text = self.git("cat-file", "tag", "v1.1.0").partition("\n\n")[2].replace(digest, "sha256:" + 64 * "0")
        self.git("tag", "-f", "-a", "-m", text, "v1.1.0", "v1.1.0^{}")
        self.git("push", "-q", "-f", "origin", "v1.1.0")
        self.refused(f"{self.image}@sha256:{64 * '0'}, on which this release was decided, is not in its registry")

    def test_the_image_of_the_commit_that_was_released(self):
        digest = self.broken()
        self.forget()
        self.finished(digest)

    def test_no_image_of_that_commit(self):
        digest = self.broken()
        self.forget()
        self.proxy.fault = lambda _method, path: 404 if path.endswith("/" + self.sha) else None
        tagged = self.git("rev-parse", "v1.1.0^{}")[:7]
        self.refused(f"{self.image}:{tagged}, {self.image}:{self.sha} are not in its registry",
                     f"give it the name {self.image}:1.1.0 yourself")
        Uploads(self.registry).image("team/shop", "1.1.0", "tested")
        self.finished(digest)

    def test_an_image_whose_name_tells_no_commit(self):
        digest = self.broken(tag="tested", published="tested")
        self.forget()
        self.refused("which image was tested for 1.1.0 is not known any more", f"{self.image}:1.1.0 yourself")
        Uploads(self.registry).image("team/shop", "1.1.0", "tested")
        self.finished(digest)


if __name__ == "__main__":
    harness.main()
