"""Registries and engines in trouble: whose failure it is, what is tried again, and what a person is told."""
import contextlib
import shutil
import socket
import subprocess

from broken_registry import BrokenRegistry
from docker_case import DockerTest, docker_engine
from harness import IN_CI, PipectlTest, clean_environment, main
from registry_case import PASSWORD, Registry, free_port, need_registry

MANIFEST = r"(GET|HEAD) .*/manifests/"


class RegistryTest(DockerTest):
    def setUp(self):
        super().setUp()
        need_registry()

    def registry(self, folder=None, **options):
        registry = Registry(folder or self.folder / f"registry{free_port()}", **options)
        self.addCleanup(registry.stop)
        return registry

    def proxy(self, *args, failures=-1, **options):
        proxy = BrokenRegistry(*args, failures=failures, **options)
        self.addCleanup(proxy.stop)
        return proxy

    def notes(self, events):
        return "\n".join(e["text"] for e in events if e["event"] == "stage.note")


class Bases(RegistryTest):
    """The base image of a build."""

    def build(self, registry, code, more=""):
        self.write(f"FROM {registry.name}/base:1\n", "app/Dockerfile")
        self.pipeline(f"""
            stages:
              image: {{kind: build, docker: {{context: app}}, {more}}}
            """)
        events = self.run_it(code=code)
        end = self.finished(events, "image")
        return end["outcome"], f"{end.get('reason', '')} | {end.get('hint', '')}", events

    def base(self):
        """A registry that has the base image, which the engine has not."""
        registry = self.registry()
        name = f"{registry.name}/base:1"
        self.docker("tag", self.image, name)
        self.docker("push", name)
        self.docker("rmi", name)
        return registry

    def test_a_registry_that_keeps_failing(self):
        proxy = self.proxy(how=502, match=MANIFEST)
        outcome, why, events = self.build(proxy, 3)
        self.assertEqual("infra", outcome)
        self.assertIn("502 Bad Gateway (tried 5 times)", why)
        self.assertIn("is in trouble, maybe without room", why)
        self.assertIn("again in 1.0s", self.notes(events))

    def test_a_moments_trouble_is_outlasted(self):
        registry = self.base()
        for how in (429, "reset"):
            with self.subTest(how):
                # One that is asked by HEAD and by GET.
                proxy = self.proxy(registry.name, how=how, match=MANIFEST, failures=2)
                outcome, why, events = self.build(proxy, 0)
                self.assertEqual("succeeded", outcome)
                self.assertIn("again in 1.0s", self.notes(events), why)

    def test_one_that_hangs(self):
        proxy = self.proxy(how="hang", match=MANIFEST)
        outcome, why, _ = self.build(proxy, 3, "timeout: 4s")
        self.assertEqual("infra", outcome)
        self.assertRegex(why, rf"at 'Step 1/\d : FROM {proxy.name}/base:1'")
        self.assertIn("the registry of the base image is slow, or does not answer", why)

    def test_a_step_that_speaks_of_a_network_is_still_the_stages_failure(self):
        self.write(f"FROM {self.image}\nRUN echo 'connection reset by peer' >&2; false\n", "app/Dockerfile")
        self.pipeline("""
            stages:
              image: {kind: build, docker: {context: app}}
            """)
        self.assertEqual("failed", self.outcome("image", code=1)[0])

    def test_an_image_of_a_stage_is_asked_for_again(self):
        proxy = self.proxy(self.base().name, how=503, match=MANIFEST, failures=2)
        self.pipeline(f"""
            stages:
              a: {{image: '{proxy.name}/base:1', run: echo here}}
            """)
        self.assertEqual("here\n", self.output(self.run_it(), "a"))


class Pushes(RegistryTest):
    def setUp(self):
        super().setUp()
        self.docker("tag", self.image, "pipectl-test/app:1")

    def publish(self, registry, code, more="", login=""):
        self.pipeline(f"""
            secrets: {{REGISTRY_PASSWORD: {{env: REGISTRY_PASSWORD, optional: true}}}}
            stages:
              publish:
                kind: publish
                secrets: [REGISTRY_PASSWORD]
                docker: {{image: 'pipectl-test/app:1', to: '{registry.name}/app', {login}}}
                {more}
            """)
        events = self.run_it(code=code, REGISTRY_PASSWORD=PASSWORD)
        end = self.finished(events, "publish")
        return end["outcome"], f"{end.get('reason', '')} | {end.get('hint', '')}", events

    def test_a_login_is_tried_again(self):
        registry = self.registry(password=PASSWORD)
        for how in (503, 429):
            with self.subTest(how):
                proxy = self.proxy(registry.name, how=how, match="GET /v2/$", failures=2)
                outcome, why, events = self.publish(
                    proxy, 0, login=f"login: {{'{proxy.name}': {{username: robot, password: REGISTRY_PASSWORD}}}}")
                self.assertEqual("succeeded", outcome, why)
                self.assertIn(f"cannot log in to {proxy.name} as robot", self.notes(events))
                self.assertIn("again in 1.0s", self.notes(events))

    def test_a_push_that_comes_too_often_is_tried_again(self):
        proxy = self.proxy(self.registry().name, how=429, failures=2)
        outcome, why, events = self.publish(proxy, 0)
        self.assertEqual(("succeeded", 0), (outcome, proxy.left), why)
        self.assertIn("again in 1.0s", self.notes(events))

    def test_one_that_has_no_room_left(self):
        proxy = self.proxy(self.registry().name, how=507)
        outcome, why, events = self.publish(proxy, 3)
        self.assertEqual("infra", outcome)
        self.assertIn("no room left: make some there", why)
        self.assertNotIn("again in", self.notes(events))

    def test_one_whose_disk_is_full(self):
        disk = self.folder / "small"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], check=False,
                                 stderr=subprocess.DEVNULL)
        if mounted.returncode != 0:
            if IN_CI:
                self.fail("cannot mount a small disk")
            self.skipTest("only root may mount a small disk")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=False)
        registry = self.registry(disk / "registry")
        self.docker("tag", "pipectl-test/app:1", f"{registry.name}/app:1")
        self.docker("push", f"{registry.name}/app:1")
        with contextlib.suppress(OSError), open(disk / "all", "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        outcome, why, _ = self.publish(registry, 3)
        self.assertEqual("infra", outcome)
        self.assertIn("500 Internal Server Error (tried 5 times)", why)
        self.assertIn("is in trouble, maybe without room", why)

    def test_one_that_hangs(self):
        proxy = self.proxy(how="hang", match="POST |HEAD ")
        outcome, why, _ = self.publish(proxy, 3, "timeout: 4s")
        self.assertEqual("infra", outcome)
        self.assertIn("`docker push` did not end in time", why)
        self.assertIn("the registry is slow, or does not answer at all", why)


class Engines(PipectlTest):
    """Engines that are not there, or do not answer."""

    STAGES = {
        "image": "image: 'pipectl-test/busybox:1', run: 'true'",
        "services": "services: {db: {image: 'pipectl-test/busybox:1'}}, run: 'true'",
        "build": "kind: build, docker: {context: .}",
        "publish": "kind: publish, docker: {image: 'a:1', to: '127.0.0.1:9/a'}",
        "docker": "kind: deploy, docker: {name: shop, image: 'a:1'}",
        "compose": "kind: deploy, compose: {project: shop}",
    }

    def setUp(self):
        super().setUp()
        if shutil.which("docker") is None:
            self.skipTest("the docker program is not installed")

    def ends(self, host, timeout, **environment):
        """{stage: reason and hint}; all of them have to be infrastructure."""
        stages = "".join(f"  {name}: {{{keys}, needs: [], timeout: {timeout}}}\n"
                         for name, keys in self.STAGES.items())
        self.write("FROM scratch\n", "Dockerfile")
        self.write(f"stages:\n{stages}")
        events = self.events("-j", "6", "-k", code=3,
                             env=clean_environment(DOCKER_HOST=host, **environment))
        ends = {e["stage"]: e for e in events if e["event"] == "stage.finished"}
        self.assertEqual({name: "infra" for name in self.STAGES},
                         {name: end["outcome"] for name, end in ends.items()}, ends)
        return {name: f"{end['reason']} | {end.get('hint', '')}" for name, end in ends.items()}

    def test_none(self):
        for name, why in self.ends("unix:///nowhere/docker.sock", "1m").items():
            with self.subTest(name):
                self.assertIn("point DOCKER_HOST at one that runs", why)

    def test_one_that_hangs(self):
        path = self.folder / "hang.sock"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen(64)  # taken by the kernel, and never answered
            for name, why in self.ends(f"unix://{path}", "3s").items():
                with self.subTest(name):
                    self.assertIn("`docker info` did not end in time", why)
                    self.assertIn("the engine takes connections and does not answer", why)

    def test_no_program(self):
        folder = self.folder / "bin"
        folder.mkdir()
        for program in ("sh", "git"):
            (folder / program).symlink_to(shutil.which(program))
        self.STAGES = {"image": self.STAGES["image"], "services": self.STAGES["services"]}
        for name, why in self.ends("unix:///nowhere/docker.sock", "1m", PATH=str(folder)).items():
            with self.subTest(name):
                self.assertIn("install the program docker", why)


class Made(DockerTest):
    """What the engine was really told."""

    def test_limits_of_a_container(self):
        self.pipeline("""
            stages:
              a:
                image: IMAGE
                executor: {docker: {cpus: 0.5, memory: 64MiB}}
                run: echo running; sleep 600
            """)
        process = self.start()
        run = self.wait_for_output(process, "running")[0]["run"]
        container = self.docker("ps", "-q", "--filter", f"label=dev.pipectl.run={run}")
        limits = self.docker("inspect", "--format", "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}}", container)
        process.terminate()
        process.communicate(timeout=120)
        self.assertEqual(f"500000000 {64 << 20}", limits)
        self.assertEqual([], docker_engine.things_of(run))

    def test_volumes_that_an_image_declares_go_with_its_containers(self):
        image = docker_engine.add_image("pipectl-test/volume:1", changes=["ENV PATH=/bin", "VOLUME /data"])
        self.pipeline(f"""
            stages:
              a:
                image: {image}
                services: {{side: {{image: {image}, command: [sleep, '600'], health: {{command: [test, -d, /data]}}}}}}
                run: touch /data/made || true; cat /proc/mounts
            """)
        before = set(self.docker("volume", "ls", "-q").split())
        events = self.run_it()
        self.assertIn(" /data ", self.output(events, "a"))  # there was one
        mine = set(self.docker("volume", "ls", "-q").split()) - before
        left = [volume for volume in mine
                if not self.docker("ps", "-aq", "--filter", f"volume={volume}")]
        self.assertEqual([], left)

    def build(self, name, more=""):
        self.pipeline(f"""
            stages:
              image: {{kind: build, docker: {{context: app, tags: 'pipectl-test/{name}', {more}}}}}
            """)
        output = self.output(self.run_it(), "image")
        return "Using cache" in output, self.docker("image", "inspect", "--format", "{{json .RootFS}}",
                                                    f"pipectl-test/{name}")

    def test_the_layers_of_another_image_are_used(self):
        if subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False).returncode == 0:
            self.skipTest("buildx takes only what was built for it")
        self.write(f"FROM {self.image}\nRUN echo {self.folder.name} > /made\n", "app/Dockerfile")
        _, layers = self.build("cache:1")
        # As from a registry: the engine does not know any more what it was made from.
        saved = self.folder / "saved.tar"
        self.docker("save", "-o", saved, "pipectl-test/cache:1")
        self.docker("rmi", "pipectl-test/cache:1")
        self.docker("load", "-i", saved)
        self.assertFalse(self.build("cache:2")[0])
        self.docker("rmi", "pipectl-test/cache:2")
        used, same = self.build("cache:3", "cache_from: 'pipectl-test/cache:1'")
        self.assertTrue(used)
        self.assertEqual(layers, same)


if __name__ == "__main__":
    main()
