"""Deploys of containers behind a proxy to a real Docker engine: no request is lost, and the ways back."""
import threading

from docker_app_case import AppTest
from harness import main


class DockerDeployTest(AppTest):
    def test_no_request_is_lost_and_back_by_hand(self):
        self.deploy("v1")
        self.assertEqual("v1", self.ask())
        load, old = self.loaded(), self.workers()
        self.file("v2", check="test -e /gate/healthy")
        process = self.start()
        self.wait_for(lambda: len(self.containers()) == 4)
        slow = []
        waiting = threading.Thread(target=lambda: slow.append(self.ask("/cgi-bin/slow")))
        waiting.start()
        self.wait_for(lambda: (self.folder / "gate/arrived").exists())
        (self.folder / "gate/healthy").touch()
        self.assertTrue(load.wait_for("v2"))
        self.wait_for(lambda: self.leaving(old))
        first = load.count() + 1  # one may be on its way
        self.wait_for(lambda: load.count() > first + 50)
        (self.folder / "gate/open").touch()  # the old set is asked to its end
        process.communicate()
        waiting.join()
        load.stop()
        self.assertEqual((0, []), (process.returncode, load.failed))
        self.assertEqual(["v1"], slow)
        self.assertEqual({"v2"}, set(load.seen[first:]))
        self.assertEqual(2, len(self.containers()))
        self.assertEqual("v1", self.record()["history"][0]["env"]["RELEASE"])
        back = self.loaded()
        self.assertIn(f"{self.web} -> {self.web}", self.call("rollback", "live"))
        self.assertTrue(back.wait_for("v1"))
        back.stop()
        self.assertEqual([], back.failed)
        self.assertEqual(2, len(self.containers()))

    def workers(self):
        """{process number: whether it takes no new connection any more} of the proxy's nginx."""
        lines = self.docker("top", f"{self.app}-proxy", "-eo", "pid,args").splitlines()
        return {line.split()[0]: "shutting down" in line for line in lines if "worker process" in line}

    def leaving(self, old):
        now = self.workers()
        return all(now.get(worker, True) for worker in old)

    def test_a_release_that_is_not_healthy_gets_no_request(self):
        self.deploy("v1")
        load = self.loaded()
        text = self.deploy("v2", check="echo broken; false", code=5, grace="0s")
        self.assertIn("is unhealthy: broken", text)
        load.stop()
        self.assertEqual(({"v1"}, []), (set(load.seen), load.failed))
        self.assertEqual(2, len(self.containers()))

    def test_one_that_answers_badly_after_the_switch_is_undone(self):
        self.deploy("v1")
        load = self.loaded()
        text = self.deploy("v2", code=5, health="health: [{command: ['false'], within: 0s}]")
        self.assertIn(f"rolled back to {self.web}", text)
        self.assertEqual("v1", self.ask())
        load.stop()
        self.assertEqual([], load.failed)
        self.assertEqual("v1", self.record()["running"]["env"]["RELEASE"])

    def test_one_that_answers_500_is_undone_and_the_old_one_goes_on_serving(self):
        self.deploy("v1")
        old, url = self.containers(), f"http: 'http://127.0.0.1:{self.port()}/'"
        measure = f"{{{url}, requests: 200, gate: {{error_rate: '< 5%'}}}}"
        for strategy, health, reason in (
                ("blue-green", f"health: [{{{url}, within: 3s}}]", "500, want 200"),
                (f"{{canary: {{steps: [50%], analyse: [{measure}]}}}}", "", "error_rate")):
            load = self.loaded()
            text = self.deploy("sick", check="true", code=5, strategy=strategy, health=health)
            self.assertRegex(text, f"{reason}.* rolled back to {self.web}")
            before = load.count() + 1  # one may be on its way
            self.wait_for(lambda: load.count() > before + 20)
            load.stop()
            self.assertEqual(({"HTTP Error 500: Internal Server Error"}, {"v1"}),
                             (set(load.failed), set(load.seen[before:])))
            self.assertEqual(old, self.containers())

    def test_the_first_of_all_leaves_nothing(self):
        self.deploy("v1", code=5, health="health: [{command: ['false'], within: 0s}]")
        self.assertEqual([], self.containers())
        self.assertEqual("", self.docker("ps", "-aq", "--filter", f"label=dev.pipectl.proxy={self.app}"))

    def test_rolling_and_canary_and_back_to_the_release_of_a_run(self):
        self.deploy("v1", strategy="rolling")
        load = self.loaded()
        self.deploy("v2", strategy="{canary: {steps: [50%], pause: 2s}}")
        load.stop()
        self.assertEqual([], load.failed)
        first = load.seen.index("v2")
        self.assertIn("v1", load.seen[first:])  # they shared for a while
        self.assertEqual("v2", self.ask())
        run = self.record()["history"][0]["run"].partition("/")[0]  # of v1
        self.deploy("v3", strategy="rolling")
        self.assertIn("no release of run", self.call("rollback", "live", "--to", "x", code=6))
        self.call("rollback", "live", "--to", run, PIPECTL_STATE_DIR=str(self.folder / "other"))
        self.assertEqual(("v1", "v1"), (self.ask(), self.record()["running"]["env"]["RELEASE"]))
        left = self.record()["history"][0]["run"].partition("/")[0]
        self.call("rollback", "live", "--to", left)
        self.call("rollback", "live")
        self.assertEqual("v1", self.ask())
        self.assertEqual(["v3", "v2"], [one["env"]["RELEASE"] for one in self.record()["history"]])
        self.call("rollback", "live")
        self.assertEqual("v2", self.ask())

    def killed(self):
        """v1 runs; a deploy of v2 was killed while it waited for v2's health."""
        self.deploy("v1")
        self.file("v2", check="test -e /gate/healthy", strategy="{blue-green: {deadline: 5m}}")
        process = self.start()
        self.wait_for(lambda: len(self.containers()) == 4)
        process.kill()
        process.communicate()

    def test_killed_in_the_middle_then_rolled_back(self):
        self.killed()
        self.assertEqual("v1", self.ask())
        # Another machine, which knows nothing of that run.
        text = self.call("run", code=3, PIPECTL_STATE_DIR=str(self.folder / "other"))
        self.assertIn("is deploying here; its lock ends at", text)
        self.call("rollback", "live", PIPECTL_STATE_DIR=str(self.folder / "other"))
        self.assertEqual("v1", self.ask())
        self.assertEqual(2, len(self.containers()))
        self.deploy("v3")
        self.assertEqual("v3", self.ask())

    def test_killed_in_the_middle_then_resumed(self):
        self.killed()
        made = set(self.containers())
        (self.folder / "gate/healthy").touch()
        self.assertIn("an earlier try was interrupted", self.call("run", "--resume"))
        self.assertEqual("v2", self.ask())
        self.assertEqual(2, len(self.containers()))
        self.assertLess(set(self.containers()), made)

    def test_secrets_are_files_only(self):
        value = "s3cret-of-the-docker-test"
        self.file("v1", more="secrets: [DB_PASSWORD]")
        text = self.call("run", TEST_DB_PASSWORD=value)
        self.assertNotIn(value, text)
        for name in [*self.containers(), f"{self.app}-proxy", f"pipectl-app-{self.app}"]:
            self.assertNotIn(value, self.docker("inspect", name))
        self.assertEqual(value, self.docker("exec", self.containers()[0], "cat", "/run/secrets/DB_PASSWORD"))

    def test_an_optional_secret_that_is_not_there_is_left_out(self):
        self.file("v1", more="secrets: [DB_PASSWORD]")
        self.assertIn("secret DB_PASSWORD is optional and not there", self.call("run"))
        self.assertNotIn("secrets", self.docker("exec", self.containers()[0], "ls", "/run", check=False))
        self.file("v2", more="secrets: [DB_PASSWORD]")
        self.call("run", TEST_DB_PASSWORD="it-came-later")
        self.assertEqual("it-came-later",
                         self.docker("exec", self.containers()[0], "cat", "/run/secrets/DB_PASSWORD"))
        self.call("rollback", "live")
        self.assertEqual("v1", self.ask())

    def test_a_proxy_of_somebody_in_another_context(self):
        self.docker("network", "create", self.app)
        edge = f"{self.app}-proxy"
        self.docker("create", "--name", edge, "--network", self.app, "--label",
                    f"dev.pipectl.proxy={self.app}", "-p", "127.0.0.1:0:80", "--entrypoint", "nginx",
                    self.nginx, "-g", "daemon off;")
        conf = self.folder / "nginx"
        (conf / "pipectl").mkdir(parents=True)
        (conf / "pipectl" / f"{self.app}.conf").write_text(f"map $host $pipectl_{self.app} {{ default 127.0.0.1:9; }}\n")
        (conf / "nginx.conf").write_text(
            "pid /tmp/nginx.pid;\nevents {}\nhttp {\n  resolver 127.0.0.11;\n  include /etc/nginx/pipectl/*.conf;\n"
            f"  server {{ listen 80; location / {{ proxy_pass http://$pipectl_{self.app}; }} }}\n}}\n")
        self.docker("cp", conf, f"{edge}:/etc/")
        self.docker("start", edge)
        self.docker("context", "create", self.app, "--docker", f"host={self.host}")
        self.addCleanup(self.docker, "context", "rm", "-f", self.app)
        self.file("v1", proxy=f"{{container: {edge}}}", more=f"context: {self.app}")
        self.call("run", DOCKER_HOST="unix:///nowhere/docker.sock")
        self.assertEqual("v1", self.ask())

    def test_what_a_deploy_would_change(self):
        self.file("v1")
        self.assertIn("the first release: 2 x", self.pipectl("plan", "--diff", code=0, env=self.env()).stdout)
        self.call("run")
        self.file("v2", more="cpus: 0.5\n                  memory: 64MiB")
        text = self.pipectl("plan", "--diff", code=0, env=self.env()).stdout
        self.assertIn("env: ~ RELEASE", text)
        self.assertIn("cpus: - -> 0.5", text)
        self.assertIn("memory: - -> 64", text)
        self.file("v1")
        self.assertIn("changes nothing", self.pipectl("plan", "--diff", code=0, env=self.env()).stdout)
        text = self.pipectl("plan", "--diff", code=3, env=self.env(DOCKER_HOST="unix:///nowhere/x")).stdout
        self.assertIn("cannot compare: ", text)
        self.assertEqual(2, len(self.containers()))

    def test_what_only_the_run_will_know_stands_as_written(self):
        self.write(f"""
            stages:
              build: {{run: 'echo image=x >> $PIPECTL_OUTPUT'}}
              deploy:
                kind: deploy
                needs: build
                env: {{TAG: '${{{{ stages.build.outputs.image }}}}'}}
                docker: {{name: {self.app}, image: 'shop:${{{{ env.TAG }}}}'}}
        """)
        text = self.pipectl("plan", "--diff", code=0, env=self.env()).stdout
        self.assertIn("the first release: 1 x shop:${{ env.TAG }}", text)

    def test_mistakes(self):
        self.write("stages: {a: {kind: deploy, docker: {image: x, proxy: {image: n}}}}")
        text = self.pipectl("validate", code=2).stderr
        self.assertIn("`docker` needs `name`", text)
        self.assertIn("`docker` needs `port`", text)
        self.write(f"stages: {{a: {{kind: deploy, docker: {{name: {self.app}, image: '{self.image}', command: [sleep, '60']}}}}}}")
        self.assertIn("nothing tells when", self.call("run", code=5))
        text = self.call("run", code=3, DOCKER_HOST="unix:///nowhere/docker.sock")
        self.assertIn("docker", text)


if __name__ == "__main__":
    main()
