"""Deploys of a Compose project to a real Docker engine, and the ways back."""
import json
import subprocess
import time
import unittest.mock
import urllib.request

from docker_case import DockerTest, docker_engine
from harness import main

COMPOSE = """
services:
  web:
    image: pipectl-test/web:${TAG}
    environment: {GREETING: "%s", PASSWORD: "${DB_PASSWORD:-none}"}
    command: ["sh", "-c", "mkdir -p /w && env > /w/index.html && %s exec httpd -f -p 80 -h /w"]
    stop_grace_period: 1s
    ports: ["127.0.0.1:0:80"]
    healthcheck: {test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1/"], interval: 1s, retries: 2}
  side:
    image: pipectl-test/web:${TAG}
    stop_grace_period: 1s
    command: ["sh", "-c", "exec sleep 1000"]
"""


class ComposeDeploy(DockerTest):
    def setUp(self):
        super().setUp()
        self.project = f"shop{self.folder.name[-8:].lower().replace('-', '').replace('_', '')}"
        for tag in ("v1", "v2"):
            self.docker("tag", self.image, f"pipectl-test/web:{tag}")
        self.addCleanup(self.clean)

    def clean(self):
        for what in (f"label=com.docker.compose.project={self.project}", f"name=pipectl-{self.project}"):
            for one in self.docker("ps", "-aq", "--filter", what).split():
                self.docker("rm", "-f", one)
        self.docker("network", "rm", f"{self.project}_default", check=False)

    def deploy(self, tag, *args, greeting="hello", before="", code=0, health="", secrets="[]", **extra):
        (self.folder / "compose.yaml").write_text("version: '3.7'\n" + COMPOSE % (greeting, before))
        self.write(f"""
            secrets: {{DB_PASSWORD: {{env: TEST_DB_PASSWORD, optional: true}}}}
            environments: {{live: {{}}}}
            stages:
              deploy:
                kind: deploy
                environment: live
                secrets: {secrets}
                compose: {{project: {self.project}, env: {{TAG: {tag}}}}}
                strategy: {{rolling: {{deadline: 60s}}}}
                {health}
        """)
        return self.call("run", *args, code=code, **extra)

    def call(self, *args, code=0, **extra):
        done = self.pipectl(*args, "--ui", "plain", code=code, env=self.env(**extra))
        return done.stdout + done.stderr

    def plan(self):
        return self.pipectl("plan", "--diff", code=0, env=self.env()).stdout

    def ask(self):
        """What the web service was given; its image."""
        container = f"label=com.docker.compose.project={self.project}"
        ids = self.docker("ps", "-q", "--filter", container, "--filter",
                          "label=com.docker.compose.service=web").split()
        self.assertEqual(len(ids), 1)
        port = self.docker("port", ids[0], "80").splitlines()[0].rpartition(":")[2]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            page = dict(line.split("=", 1) for line in answer.read().decode().splitlines() if "=" in line)
        return page["GREETING"], self.docker("inspect", "--format", "{{.Config.Image}}", ids[0])

    def record(self):
        return json.loads(self.docker("inspect", "--format",
                                      '{{index .Config.Labels "dev.pipectl.record"}}',
                                      f"pipectl-{self.project}"))

    def test_a_release_after_the_other_and_back_by_hand(self):
        self.deploy("v1", greeting="one")
        self.assertEqual(("one", "pipectl-test/web:v1"), self.ask())
        self.assertIn("changes nothing", self.plan())
        text = self.deploy("v2", greeting="two")
        self.assertIn("2 containers run", text)
        self.assertEqual(("two", "pipectl-test/web:v2"), self.ask())
        self.assertEqual(self.record()["history"][0]["env"], {"TAG": "v1"})
        first = self.record()["history"][0]["run"].partition("/")[0]
        self.deploy("v2", greeting="three")
        self.assertIn("no release of run", self.call("rollback", "live", "--to", "x", code=6))
        # Neither the history of the machine nor the old file is needed.
        self.call("rollback", "live", "--to", first)
        text = self.plan()
        self.assertIn("files: ~ file 1", text)
        self.assertIn("env: ~ TAG", text)
        self.assertEqual(("one", "pipectl-test/web:v1"), self.ask())
        # The one that was left can be named, too.
        left = self.record()["history"][0]["run"].partition("/")[0]
        self.call("rollback", "live", "--to", left)
        self.assertEqual(("three", "pipectl-test/web:v2"), self.ask())

    def test_a_container_that_ends_is_undone(self):
        self.deploy("v1", greeting="one")
        text = self.deploy("v2", greeting="two", before="exit 3;", code=5)
        self.assertIn("web ended with exit code 3 -> rolled back to ", text)
        self.assertEqual(("one", "pipectl-test/web:v1"), self.ask())

    def test_an_image_under_the_same_name_is_given_its_name_back(self):
        self.deploy("v1", greeting="one")
        old = self.docker("inspect", "--format", "{{.Id}}", "pipectl-test/web:v1")
        changed = docker_engine.docker("create", self.image, "true", host=self.host)
        self.docker("commit", "--change", "LABEL other=1", changed, "pipectl-test/web:v1")
        self.docker("rm", changed)
        text = self.deploy("v1", greeting="two", code=5, health="health: [{command: ['false'], within: 0s}]")
        self.assertIn("rolled back", text)
        self.assertEqual(("one", "pipectl-test/web:v1"), self.ask())
        self.assertEqual(old, self.docker("inspect", "--format", "{{.Id}}", "pipectl-test/web:v1"))

    def test_the_first_of_all_leaves_nothing(self):
        self.deploy("v1", before="exit 3;", code=5)
        self.assertEqual("", self.docker("ps", "-aq", "--filter",
                                         f"label=com.docker.compose.project={self.project}"))

    def test_secrets_are_in_no_record(self):
        value = "s3cret-of-the-compose-test"
        text = self.deploy("v1", secrets="[DB_PASSWORD]", TEST_DB_PASSWORD=value)
        self.assertNotIn(value, text)
        self.assertNotIn(value, json.dumps(self.record()))
        self.assertNotIn(value, self.docker("inspect", f"pipectl-{self.project}"))
        # This file asks Compose to put it where everybody sees it.
        self.assertIn("warning: `docker inspect` will show the secret DB_PASSWORD", text)
        self.assertIn(value, self.docker("inspect", *self.of_project()))

    def of_project(self):
        return self.docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={self.project}").split()

    def test_secrets_of_compose_stay_files(self):
        value = "s3cret-of-the-compose-file"
        (self.folder / "password").write_text(value)
        with_file = COMPOSE.replace('PASSWORD: "${DB_PASSWORD:-none}"', "X: y").replace(
            "    stop_grace_period: 1s\n    ports", "    secrets: [password]\n    stop_grace_period: 1s\n    ports")
        with unittest.mock.patch(f"{__name__}.COMPOSE", with_file + "secrets: {password: {file: ./password}}\n"):
            text = self.deploy("v1", secrets="[DB_PASSWORD]", TEST_DB_PASSWORD=value,
                               before="cat /run/secrets/password > /w/given;")
        self.assertNotIn("warning", text)
        self.assertNotIn(value, text)
        self.assertNotIn(value, self.docker("inspect", *self.of_project(), f"pipectl-{self.project}"))
        web = next(one for one in self.of_project()
                   if self.docker("inspect", "--format", "{{json .HostConfig.PortBindings}}", one) != "{}")
        self.assertEqual(value, self.docker("exec", web, "cat", "/w/given"))

    def test_one_at_a_time(self):
        self.deploy("v1", greeting="one")
        process = self.in_the_middle_of("v2")
        process.kill()  # what it leaves is undone by hand, from anywhere
        process.communicate()
        text = self.deploy("v1", greeting="three", code=3, PIPECTL_STATE_DIR=str(self.folder / "other"))
        self.assertIn("/deploy is deploying here; its lock ends at", text)
        self.call("rollback", "live", PIPECTL_STATE_DIR=str(self.folder / "third"))
        self.assertEqual(("one", "pipectl-test/web:v1"), self.ask())
        self.assertEqual("", self.docker("ps", "-aq", "--filter", f"name=pipectl-lock-compose-{self.project}"))
        self.deploy("v1", greeting="three")
        self.assertEqual(("three", "pipectl-test/web:v1"), self.ask())

    def in_the_middle_of(self, tag):
        """A deploy that looks at the health until there is a file `fine`."""
        seen = self.folder / "seen"
        look = f"touch {seen}; test -e {self.folder}/fine"
        self.deploy(tag, "--dry-run", health=f"health: [{{command: '{look}', within: 10m, interval: 200ms}}]")
        process = self.start()
        deadline = time.monotonic() + 120
        while not seen.exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        return process

    def test_who_lost_the_lock_touches_nothing_any_more(self):
        self.deploy("v1", greeting="one")
        process = self.in_the_middle_of("v2")
        self.docker("rm", "-f", f"pipectl-lock-compose-{self.project}")
        (self.folder / "fine").touch()
        said, _ = process.communicate()
        self.assertEqual(3, process.returncode, said)
        self.assertIn(f"the lock 'pipectl-lock-compose-{self.project}' was lost", said)
        self.assertIn("nothing was undone (what runs is another's)", said)
        self.assertEqual("pipectl-test/web:v2", self.ask()[1])
        self.assertEqual({"TAG": "v1"}, self.record()["running"]["env"])

    def test_an_image_without_a_name_is_refused_before_anything_is_changed(self):
        self.deploy("v1", greeting="one")
        there = self.of_project()
        text = self.deploy("''", greeting="two", code=1)
        self.assertRegex(text, "service (web|side): 'pipectl-test/web:' is no name of an image")
        self.assertIn("TAG of `env` is empty", text)
        with unittest.mock.patch(f"{__name__}.COMPOSE", COMPOSE.replace("pipectl-test/web:${TAG}", "${TAG}")):
            text = self.deploy("''", greeting="two", code=1)
        # The older Compose says so only when it is to start it.
        self.assertRegex(text, f"Compose refuses the file of '{self.project}': .*neither an image nor a build context"
                               "|service (web|side): '' is no name of an image")
        self.assertNotIn("rolled back", text)
        self.assertEqual((there, ("one", "pipectl-test/web:v1")), (self.of_project(), self.ask()))

    def test_no_engine(self):
        text = self.deploy("v1", code=3, DOCKER_HOST="unix:///nowhere/docker.sock")
        self.assertIn("docker", text)

    def test_mistakes_of_the_file(self):
        self.write("stages: {a: {kind: deploy, compose: {file: x.yml}}}")
        self.assertIn("needs a `project`", self.pipectl("validate", code=2).stderr)
        self.write("stages: {a: {kind: deploy, compose: {project: Shop}}}")
        done = self.pipectl("run", "--ui", "plain", code=1, env=self.env())
        self.assertIn("is no name of a Compose project", done.stdout + done.stderr)


class ComposeTwoDeploy(ComposeDeploy):
    """The same by the plugin that is Compose 2."""

    plugins = ("compose",)
    # Not a matter of the program's: once is enough.
    test_no_engine = test_mistakes_of_the_file = test_one_at_a_time = None
    test_secrets_of_compose_stay_files = test_an_image_under_the_same_name_is_given_its_name_back = None
    test_the_first_of_all_leaves_nothing = test_who_lost_the_lock_touches_nothing_any_more = None

    def test_it_is_the_plugin_that_answers(self):
        said = subprocess.run(["docker", "compose", "version", "--short"], env=self.env(), check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        self.assertTrue(said.lstrip("v").startswith("2."), said)

    def test_a_secret_from_the_environment_stays_out_of_every_record(self):
        value = "s3cret-of-the-environment"
        with_secret = COMPOSE.replace('PASSWORD: "${DB_PASSWORD:-none}"', "X: y").replace(
            "    stop_grace_period: 1s\n    ports", "    secrets: [password]\n    stop_grace_period: 1s\n    ports")
        with unittest.mock.patch(f"{__name__}.COMPOSE",
                                 with_secret + "secrets: {password: {environment: DB_PASSWORD}}\n"):
            for tag, secret in (("v1", value), ("v2", value + "-2")):
                text = self.deploy(tag, secrets="[DB_PASSWORD]", TEST_DB_PASSWORD=secret)
                self.assertNotIn("warning", text)
                self.assertNotIn(value, text)
                self.assertEqual(secret, self.password())
                self.assertNotIn(value, self.plan())
            # What brings the old release back gives it the secret of now.
            text = self.deploy("v1", before="exit 3;", code=5, secrets="[DB_PASSWORD]", TEST_DB_PASSWORD=value + "-3")
            self.assertIn("rolled back", text)
            self.assertEqual(value + "-3", self.password())
            self.call("rollback", "live", TEST_DB_PASSWORD=value + "-4")
        self.assertEqual(("hello", "pipectl-test/web:v1"), self.ask())
        self.assertEqual(value + "-4", self.password())
        self.assertNotIn(value, self.docker("inspect", *self.of_project(), f"pipectl-{self.project}"))

    def password(self):
        """The one that the running service finds in its file."""
        web = self.docker("ps", "-q", "--filter", f"label=com.docker.compose.project={self.project}",
                          "--filter", "label=com.docker.compose.service=web")
        return self.docker("exec", web, "cat", "/run/secrets/password")


if __name__ == "__main__":
    main()
