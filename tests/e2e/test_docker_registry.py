"""Images on their way: how large they may be, which one a name means, and what a registry really has."""
import json
import re

from docker_case import DockerTest
from harness import main
from registry_case import Registry, Uploads, free_port, need_registry
from registry_proxy import RegistryProxy


class Gate(DockerTest):
    def build(self, gate, code):
        self.write(f"FROM {self.image}\nCOPY Dockerfile /\n", "Dockerfile")
        self.pipeline(f"""
            stages:
              image:
                kind: build
                docker: {{tags: 'pipectl-test/gated:1'}}
                gate: {{image_size: '{gate}'}}
              after: {{run: 'echo $PIPECTL_OUT_IMAGE_IMAGE_SIZE'}}
            """)
        return self.run_it(code=code)

    def test_an_image_that_is_small_enough(self):
        events = self.build("< 200MB", code=0)
        size = self.docker("image", "inspect", "--format", "{{.Size}}", "pipectl-test/gated:1")
        self.assertEqual(self.output(events, "after"), size + "\n")

    def test_one_that_is_too_large_stops_what_comes_after(self):
        events = self.build("< 1MB", code=1)
        ended = self.finished(events, "image")
        self.assertEqual("failed", ended["outcome"])
        self.assertRegex(ended["reason"], r"^gate image_size: [\d.]+ ?\w+, want < 1 ?MB")
        self.assertEqual("skipped", self.finished(events, "after")["outcome"])


class WithRegistry(DockerTest):
    def setUp(self):
        super().setUp()
        need_registry()
        self.registry = Registry(self.folder / f"registry{free_port()}")
        self.addCleanup(self.registry.stop)

    def image_that_says(self, word, name):
        made = self.docker("create", self.image, "true")
        self.docker("commit", "--change", f"ENV WORD={word}", made, name)
        self.docker("rm", made)
        return self.docker("image", "inspect", "--format", "{{.Id}}", name)


class Pull(WithRegistry):
    def run_with(self, pull, name):
        """What the image says, the digest that was noted, and whether it was fetched."""
        self.pipeline(f"""
            stages:
              a: {{image: '{name}', executor: {{docker: {{pull: {pull}}}}}, run: 'echo $WORD'}}
            """)
        events = self.run_it()
        notes = [e["text"] for e in events if e["event"] == "stage.note"]
        start = f"image {name} is "
        digest = next(note for note in notes if note.startswith(start))[len(start):]
        shown = json.loads(self.pipectl("runs", "show", "--json", code=0, env=self.env()).stdout)
        self.assertEqual({name: digest}, shown["stages"][0]["images"])
        self.assertRegex(self.pipectl("explain", "a", code=0, env=self.env()).stdout,
                         rf"(?m)^  image {re.escape(name)} +{re.escape(digest)}$")
        return self.output(events).strip(), digest, f"pulling {name}" in notes

    def test_always_takes_what_the_registry_has_now(self):
        repository = f"{self.registry.name}/team/tool"
        name = f"{repository}:1"
        one = self.image_that_says("one", name)
        self.docker("push", name)
        of_one = f"{repository}@{self.registry.digest('team/tool', '1')}"
        self.image_that_says("two", name)
        self.docker("push", name)
        of_two = f"{repository}@{self.registry.digest('team/tool', '1')}"
        self.docker("rmi", name)
        self.docker("tag", one, name)  # as it is on a machine that fetched it before
        self.assertEqual(("one", of_one, False), self.run_with("missing", name))
        self.assertEqual(("two", of_two, True), self.run_with("always", name))
        self.assertEqual(("one", of_one, False), self.run_with("missing", of_one))
        for each in (name, of_one, of_two, one):
            self.docker("rmi", "-f", each, check=False)
        self.assertEqual(("one", of_one, True), self.run_with("missing", of_one))
        self.docker("rmi", "-f", of_one)


class Push(WithRegistry):
    def test_a_registry_that_then_has_another_image(self):
        """Somebody else pushes the same tag in the very moment."""
        theirs = lambda _: Uploads(self.registry).image("app", "latest", "theirs")  # noqa: E731
        proxy = RegistryProxy(self.registry.name, after_manifest=theirs)
        self.addCleanup(proxy.stop)
        self.docker("tag", self.image, "pipectl-test/app:1")
        self.pipeline(f"""
            stages:
              publish: {{kind: publish, docker: {{image: 'pipectl-test/app:1', to: '{proxy.name}/app'}}}}
              after: {{run: touch deployed}}
            """)
        outcome, reason = self.outcome("publish", code=3)
        self.assertEqual("infra", outcome)
        kept = self.registry.digest("app", "latest")
        self.assertRegex(reason, f"app:latest is {kept} in the registry, but sha256:[0-9a-f]{{64}} was pushed")
        self.assertIn("somebody else pushes the same tag", reason)
        self.assertFalse((self.folder / "deployed").exists())

    def test_a_list_of_platforms_that_is_then_another(self):
        def theirs(name):
            if name == "1":
                Uploads(self.registry).image_of_two_platforms("multi", "1", "theirs")
        proxy = RegistryProxy(self.registry.name, after_manifest=theirs)
        self.addCleanup(proxy.stop)
        self.write("FROM scratch\nCOPY Dockerfile /\n", "Dockerfile")
        self.pipeline(f"""
            stages:
              image:
                kind: build
                docker: {{tags: 'pipectl-test/list:1', platforms: [linux/amd64, linux/arm64]}}
              publish:
                kind: publish
                docker:
                  image: pipectl-test/list:1
                  to: '{proxy.name}/multi'
                  tags: ['1']
                  platforms: [linux/amd64, linux/arm64]
            """)
        outcome, reason = self.outcome("publish", code=3)
        self.assertEqual("infra", outcome)
        self.assertIn("multi:1 lists other images in the registry than the 2 that were pushed", reason)


if __name__ == "__main__":
    main()
