"""A repository whose release promotes an image, and a real registry that has it."""
from registry_case import Registry, Uploads, need_registry
from release_case import ReleaseTest

PIPELINE = """
    name: shop
    secrets: {{REGISTRY_PASSWORD: {{env: REGISTRY_PASSWORD, optional: true}}}}
    stages:
      release:
        kind: release
        changelog: CHANGELOG.md
        version_files: package.json
        secrets: [REGISTRY_PASSWORD]
        promote: {{image: '{name}/team/shop:${{{{ git.short_sha }}}}'{more}}}
"""


class ImageTest(ReleaseTest):
    pipeline = "name: shop\nstages: {release: {kind: release}}\n"

    def setUp(self):
        need_registry()
        super().setUp()
        self.registry = self.start_registry("registry")

    def start_registry(self, name, **options):
        registry = Registry(self.top / name, **options)
        self.addCleanup(registry.stop)
        return registry

    def promote(self, more=", tags: ['{version}', latest]", name=None):
        """The pipeline, committed; the image of its commit is not there yet."""
        self.write(PIPELINE.format(name=name or self.registry.name, more=more))
        self.sha = self.commit("chore: pipeline")[:7]

    def digest(self, tag, path="team/shop", **options):
        return self.registry.digest(path, tag, **options)

    def publish(self, words="tested", **options):
        return Uploads(self.registry, **options).image("team/shop", self.sha, words)["digest"]

    def check(self, digest):
        self.assertEqual(digest, self.digest("1.1.0"))
        self.assertEqual(digest, self.digest("latest"))
        self.check_released(commits=5)
