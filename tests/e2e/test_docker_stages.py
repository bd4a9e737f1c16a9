"""Stages in containers: `image:` with the real engine."""
import json
import os
import pathlib
import shlex
import signal
import subprocess
import unittest

from docker_case import DockerTest, docker_engine
from harness import PIPECTL, main

SECRET = "s3cr3t-value with 'quotes' and $dollars"


class Stages(DockerTest):
    def test_steps_share_one_container_and_the_workspace(self):
        self.pipeline("""
            stages:
              a:
                image: IMAGE
                steps:
                  - run: echo kept > /tmp/kept; echo made > made.txt; test ! -e /usr/bin/python3
                  - run: cat /tmp/kept; pwd
            """)
        events = self.run_it()
        self.assertEqual(self.output(events), f"kept\n{self.folder}\n")
        made = self.folder / "made.txt"
        self.assertEqual(made.read_text(), "made\n")
        self.assertEqual((made.stat().st_uid, made.stat().st_gid), (os.getuid(), os.getgid()))

    def test_matrix_and_expressions_in_the_image(self):
        self.docker("tag", self.image, "pipectl-test/a:x")
        self.docker("tag", self.image, "pipectl-test/b:x")
        self.pipeline("""
            params: {tag: {default: x}}
            stages:
              unit:
                matrix: {name: [a, b]}
                image: 'pipectl-test/${{ matrix.name }}:${{ params.tag }}'
                run: echo in $PIPECTL_MATRIX_NAME
            """)
        events = self.run_it()
        notes = [e["text"] for e in events if e["event"] == "stage.note"]
        for name in "ab":
            self.assertIn(f"in {name}\n", self.output(events, f"unit ({name})"))
            self.assertTrue(any(f"image pipectl-test/{name}:x is sha256:" in n for n in notes), notes)

    def test_an_image_name_cannot_be_an_option(self):
        self.pipeline("""
            params: {image: {default: --privileged}}
            stages:
              a: {image: '${{ params.image }}', run: id}
            """)
        events = self.run_it(code=1)
        self.assertIn("'--privileged' is no name of an image", self.finished(events, "a")["reason"])

    def test_outputs_environment_home_and_temp(self):
        self.pipeline("""
            env: {SHOWN: "two\\nlines"}
            stages:
              a:
                image: IMAGE
                run: |
                  echo "key=value" >> "$PIPECTL_OUTPUT"
                  echo "$SHOWN"; echo "${OUTSIDE:-absent}"; touch "$HOME/x" "${TMPDIR:-/tmp}/x"
              b:
                run: echo "got $PIPECTL_OUT_A_KEY"
            """)
        events = self.run_it(OUTSIDE="here")
        self.assertEqual(self.output(events, "a"), "two\nlines\nabsent\n")
        self.assertEqual(self.output(events, "b"), "got value\n")

    def test_exit_codes_and_missing_programs(self):
        self.pipeline("""
            stages:
              a: {image: IMAGE, run: exit 42}
              b: {image: IMAGE, run: no-such-program, needs: []}
              c: {image: IMAGE, run: kill -KILL $$, needs: []}
            """)
        events = self.events("-k", code=1, env=self.env())
        self.assertEqual(self.finished(events, "a")["exit_code"], 42)
        self.assertEqual(self.finished(events, "b")["exit_code"], 127)
        self.assertEqual(self.finished(events, "c")["exit_code"], 137)

    def test_users(self):
        self.pipeline("""
            stages:
              host: {image: IMAGE, run: id -u, executor: {docker: {user: host}}}
              root: {image: IMAGE, run: id -u, executor: {docker: {user: root}}}
            """)
        events = self.run_it()
        self.assertEqual(self.output(events, "host"), f"{os.getuid()}\n")
        self.assertEqual(self.output(events, "root"), "0\n")

    @unittest.skipUnless(os.getuid() == 0, "only root can become somebody else")
    def test_another_user_than_root_keeps_its_ids(self):
        os.chmod(self.folder, 0o777)
        self.pipeline("""
            stages:
              a:
                image: IMAGE
                run: id -u; id -g; touch "$HOME/x" "$PIPECTL_WORKSPACE/mine"; echo k=v >> $PIPECTL_OUTPUT
            """)
        done = subprocess.run(
            ["setpriv", "--reuid", "4321", "--regid", "4321", "--groups",
             str(os.stat(self.host.removeprefix("unix://")).st_gid), PIPECTL, "run", "--ui", "json"],
            cwd=self.folder, env=self.env(HOME=str(self.folder)), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, timeout=120)
        if "permission denied" in done.stdout:
            self.skipTest("the engine's socket lies in a closed folder")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.output(map(json.loads, done.stdout.splitlines())), "4321\n4321\n")
        self.assertEqual((self.folder / "mine").stat().st_uid, 4321)

    def test_limits_and_network(self):
        self.pipeline("""
            stages:
              a:
                image: IMAGE
                executor: {docker: {memory: 64MiB, cpus: 0.5, network: none}}
                run: ls /sys/class/net; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null || true
            """)
        self.assertEqual(self.output(self.run_it()), f"lo\n{64 << 20}\n")

    def test_a_network_that_is_there(self):
        network = f"net-{self.folder.name}"
        self.docker("network", "create", network)
        self.addCleanup(self.docker, "network", "rm", network)
        server = self.docker("run", "--detach", "--network", network, "--network-alias", "there", self.image,
                             "httpd", "-f", "-p", "8080", "-h", "/bin")
        self.addCleanup(self.docker, "rm", "-f", server)
        ask = "wget -q -O /dev/null http://there:8080/busybox"
        self.pipeline(f"""
            stages:
              a:
                image: IMAGE
                executor: {{docker: {{network: {network}}}}}
                timeout: 60s
                run: until {ask}; do sleep 0.1; done; echo reached
              b: {{image: IMAGE, needs: a, run: '! {ask} 2>/dev/null && echo not here'}}
            """)
        self.assertEqual("reached\nnot here\n", self.output(self.run_it()))

    def test_a_folder_with_a_comma(self):
        odd = self.folder / "a,b \"c\""
        odd.mkdir()
        (odd / "pipeline.yaml").write_text(
            f"stages:\n  a: {{image: '{self.image}', run: pwd}}\n")
        done = self.pipectl("run", "--ui", "json", cwd=odd, env=self.env(), code=0)
        self.assertEqual(self.output(map(json.loads, done.stdout.splitlines())), f"{odd}\n")


class Secrets(DockerTest):
    def test_a_secret_reaches_the_command_and_nothing_else(self):
        self.pipeline("""
            secrets: {TOKEN: {env: TOKEN}, LINES: {env: LINES_FROM}}
            stages:
              a:
                image: IMAGE
                secrets: [TOKEN, LINES]
                run: |
                  [ "$TOKEN" = "$(cat /run/secrets/TOKEN)" ] && echo same
                  printf %s "$TOKEN" | tr a-z A-Z; echo
                  printf %s "$LINES" > lines.txt
                  echo ready; while [ ! -e go ]; do sleep 0.1; done
            """)
        lines = "first line\n  second\\n\n\nlast"
        process = self.start(TOKEN=SECRET, LINES_FROM=lines)
        events = self.wait_for_output(process, "ready")
        name = self.docker("ps", "--filter", f"label=dev.pipectl.run={events[0]['run']}",
                                    "--format", "{{.Names}}")
        seen = self.docker("inspect", name)
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    seen += (entry / "cmdline").read_text(errors="replace")
                except OSError:
                    pass
        (self.folder / "go").touch()
        rest, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, rest)
        events += [json.loads(line) for line in rest.splitlines()]
        self.assertEqual((self.folder / "lines.txt").read_text(), lines)
        self.assertIn("same\n" + SECRET.upper(), self.output(events))
        logs = "".join(p.read_text(errors="replace")
                       for p in (self.folder / ".pipectl").rglob("*") if p.is_file())
        for where, text in (("ps and docker inspect", seen), ("events", json.dumps(events)),
                            ("logs", logs)):
            for form in (SECRET, shlex.quote(SECRET), json.dumps(SECRET)[1:-1]):
                self.assertNotIn(form, text, where)

    def test_a_stage_without_the_grant_does_not_see_it(self):
        self.pipeline("""
            secrets: {TOKEN: {env: TOKEN}}
            stages:
              a: {image: IMAGE, secrets: [TOKEN], run: test -n "$TOKEN"}
              b: {image: IMAGE, run: 'test -z "$TOKEN"; test ! -e /run/secrets/TOKEN'}
            """)
        self.run_it(TOKEN=SECRET)


class Ends(DockerTest):
    def test_a_timeout_interrupts_then_removes(self):
        self.pipeline("""
            stages:
              a:
                image: IMAGE
                timeout: 3s
                run: "trap 'echo put in order; exit 3' TERM; echo up; while :; do sleep 0.1; done"
            """)
        events = self.run_it(code=1)
        self.assertEqual(self.finished(events, "a")["outcome"], "timed_out")
        self.assertIn("put in order", self.output(events))

    def test_ctrl_c_lets_the_stage_clean_up_and_removes_the_container(self):
        self.pipeline("""
            stages:
              a:
                image: IMAGE
                run: "trap 'echo put in order; exit 3' TERM; echo up; while :; do sleep 0.1; done"
            """)
        process = self.start()
        events = self.wait_for_output(process, "up")
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
        events += [json.loads(line) for line in rest.splitlines()]
        self.assertEqual(process.returncode, 130)
        self.assertIn("put in order", self.output(events))
        self.assertEqual(docker_engine.things_of(events[0]["run"]), [])

    def test_ctrl_c_twice_waits_for_nobody(self):
        self.pipeline("""
            stages:
              a: {image: IMAGE, run: "trap '' TERM; echo up; while :; do sleep 0.1; done"}
            """)
        process = self.start()
        events = self.wait_for_output(process, "up")
        process.send_signal(signal.SIGINT)
        for line in process.stdout:
            if '"warning"' in line:
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(docker_engine.things_of(events[0]["run"]), [])

    def test_after_kill_9_the_next_run_removes_what_was_left(self):
        for clean in (["run"], ["runs", "clean"], ["run", "--resume"]):
            with self.subTest(clean):
                (self.folder / "go").unlink(missing_ok=True)
                self.pipeline("""
                    stages:
                      a:
                        image: IMAGE
                        services: {side: {image: IMAGE, command: [sleep, '3600']}}
                        run: echo up; while [ ! -e go ]; do sleep 0.1; done
                    """)
                process = self.start()
                run = self.wait_for_output(process, "up")[0]["run"]
                process.kill()
                process.communicate(timeout=60)
                self.assertEqual(len(docker_engine.things_of(run)), 3)
                (self.folder / "go").touch()
                done = self.pipectl(*clean, env=self.env(), code=0)
                self.assertEqual(docker_engine.things_of(run), [])
                self.assertIn(f"removed 3 things that run {run} had left in docker", done.stderr)


class Failures(DockerTest):
    def test_no_engine(self):
        self.pipeline("stages: {a: {image: IMAGE, run: id}}")
        outcome, reason = self.outcome("a", code=3, DOCKER_HOST="unix:///nowhere/docker.sock")
        self.assertEqual(outcome, "infra")
        self.assertIn("no Docker engine answers | start it", reason)

    def test_no_docker_program(self):
        self.pipeline("stages: {a: {image: IMAGE, run: id}}")
        tools = self.folder / "tools"
        tools.mkdir()
        outcome, reason = self.outcome("a", code=3, PATH=str(tools))
        self.assertEqual(outcome, "infra")
        self.assertIn("install the program docker", reason)

    def test_image_that_is_not_here(self):
        self.pipeline("""
            stages:
              a: {image: 'pipectl-test/absent:1', executor: {docker: {pull: never}}, run: id}
            """)
        outcome, reason = self.outcome("a", code=3)
        self.assertEqual(outcome, "infra")
        self.assertIn("the image pipectl-test/absent:1 is not here", reason)

    def test_registry_that_does_not_answer(self):
        self.pipeline("stages: {a: {image: '127.0.0.1:9/absent:1', run: id}}")
        outcome, reason = self.outcome("a", code=3)
        self.assertEqual(outcome, "infra")
        self.assertIn("cannot pull 127.0.0.1:9/absent:1", reason)

    def test_image_without_a_shell(self):
        docker_engine.add_image("pipectl-test/bare:1", links=())
        self.pipeline("stages: {a: {image: 'pipectl-test/bare:1', run: id}}")
        outcome, reason = self.outcome("a", code=1)
        self.assertEqual(outcome, "failed")
        self.assertIn("the image has no shell `sh`", reason)

    def test_container_that_is_removed_by_somebody(self):
        self.pipeline("stages: {a: {image: IMAGE, run: 'echo up; sleep 3600'}}")
        process = self.start()
        events = self.wait_for_output(process, "up")
        self.docker("rm", "-f", docker_engine.things_of(events[0]["run"])[0])
        rest, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3, rest)


class Debian(Secrets):
    """What depends on the shell, in a real Debian: dash and the GNU tools in place of busybox."""

    test_exit_codes_and_missing_programs = Stages.test_exit_codes_and_missing_programs
    test_steps_share_one_container_and_the_workspace = Stages.test_steps_share_one_container_and_the_workspace
    test_outputs_environment_home_and_temp = Stages.test_outputs_environment_home_and_temp
    test_users = Stages.test_users
    test_a_timeout_interrupts_then_removes = Ends.test_a_timeout_interrupts_then_removes

    def setUp(self):
        super().setUp()
        self.image = self.debian_image()

    def test_it_is_another_shell(self):
        self.pipeline("""
            stages:
              a: {image: IMAGE, run: 'test ! -e /bin/busybox; echo "a\\\\tb"'}
            """)
        self.assertEqual("a\tb\n", self.output(self.run_it()))


if __name__ == "__main__":
    main()
