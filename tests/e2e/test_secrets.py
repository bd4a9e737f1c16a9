"""Secrets: every source with the real binary, who gets them, the record of their use, the commands.

`aws` and `vault` are stand-ins: scripts that check how they are called. Where the real `aws` is
installed it is asked, too, with a double of its service. The keyring is a real one."""
import base64
import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import unittest

from harness import IN_CI, PIPECTL, PipectlTest, clean_environment, main
from kube_harness import KUBECTL, KubeTest

VALUE = "hunter2-s3cret-value"
SHA = "a" * 40
AWS = shutil.which("aws")


def needs(*programs):
    """Skips, but in CI fails, where a program is not installed."""
    absent = [name for name in programs if not shutil.which(name)]
    return unittest.skipIf(absent and not IN_CI, f"not installed: {', '.join(absent)}")


class SecretsTest(PipectlTest):
    def program(self, name, script):
        """A stand-in on PATH that writes down how it was called."""
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{self.folder}/called"\n{script}\n')
        path.chmod(0o755)

    def env(self, **extra):
        return clean_environment(PATH=f"{self.folder / 'bin'}:{os.environ['PATH']}", **extra)

    def called(self):
        path = self.folder / "called"
        return path.read_text().splitlines() if path.exists() else []

    def run_with(self, declaration, code=0, **options):
        """A stage that is granted KEY and keeps what it got beside the pipeline file."""
        self.write(f"""
            secrets: {{KEY: {declaration}}}
            stages:
              use: {{secrets: [KEY], run: 'printf %s "$KEY" > got; echo "got $KEY"'}}
        """)
        (self.folder / "got").unlink(missing_ok=True)
        return self.pipectl("run", "--ui", "plain", code=code, **options)

    def got(self):
        return (self.folder / "got").read_text()

    def private(self, text, name):
        path = self.write(text, name)
        path.chmod(0o600)
        return path

    def leaks(self, value=VALUE):
        """Files below the state directory that hold the value."""
        return [str(path) for path in (self.folder / ".pipectl").rglob("*")
                if path.is_file() and value.encode() in path.read_bytes()]


class Sources(SecretsTest):
    def test_the_file_that_a_variable_names(self):
        path = self.private(VALUE + "\n", "db")
        done = self.run_with("{file_env: KEY_FILE}", env=self.env(KEY_FILE=str(path)))
        self.assertEqual(self.got(), VALUE)
        self.assertIn("got ***", done.stdout)
        done = self.run_with("{file_env: KEY_FILE}", code=1, env=self.env())
        self.assertIn("secret KEY is not there (file_env KEY_FILE)", done.stdout + done.stderr)

    def test_a_stage_does_not_see_where_the_secret_comes_from(self):
        path = self.private(VALUE, "db")
        self.write("""
            secrets: {KEY: {file_env: KEY_FILE}, OTHER: {env: OTHER_SOURCE}}
            stages: {look: {run: 'test -z "${KEY_FILE+x}${OTHER_SOURCE+x}"'}}
        """)
        self.pipectl("run", code=0, env=self.env(KEY_FILE=str(path), OTHER_SOURCE=VALUE))

    def test_a_dotenv_file_that_others_may_read_is_refused(self):
        path = self.private(f"KEY={VALUE}\n", ".secrets.env")
        self.run_with("{dotenv: .secrets.env}")
        self.assertEqual(self.got(), VALUE)
        path.chmod(0o640)
        done = self.run_with("{dotenv: .secrets.env, optional: true}", code=1)
        text = done.stdout + done.stderr
        self.assertIn("others may read", text)
        self.assertIn(f"chmod 600 {path}", text)
        self.assertNotIn(VALUE, text)

    @needs("unshare", "mount")
    @unittest.skipUnless(os.geteuid() == 0 or IN_CI, "needs root for a mount of its own")
    def test_a_secret_of_docker(self):
        self.write("""
            secrets: {KEY: {docker: db_password}}
            stages: {use: {secrets: [KEY], run: 'printf %s "$KEY" > got'}}
        """)
        script = (f'mount -t tmpfs none /run && mkdir /run/secrets && printf %s {VALUE} '
                  '> /run/secrets/db_password && exec "$0" run')
        subprocess.run(["unshare", "--mount", "sh", "-ec", script, os.path.abspath(PIPECTL)],
                       cwd=self.folder, env=clean_environment(), check=True, timeout=60,
                       stdout=subprocess.DEVNULL)
        self.assertEqual(self.got(), VALUE)

    def test_vault_is_called_by_an_argument_vector(self):
        self.program("vault", f"""
            test "$VAULT_TOKEN" = login-token || exit 3
            echo '{{"data": {{"data": {{"key": "{VALUE}"}}, "metadata": {{"version": 1}}}}}}'""")
        self.run_with("{vault: {path: '$(touch hacked)/api', field: key}}",
                      env=self.env(VAULT_TOKEN="login-token"))
        self.assertEqual(self.got(), VALUE)
        self.assertEqual(self.called(), ["kv", "get", "-format=json", "$(touch hacked)/api"])
        self.assertFalse((self.folder / "hacked").exists())

    def test_aws_is_called_by_an_argument_vector(self):
        self.program("aws", f"""echo '{{"SecretString": "{{\\"password\\": \\"{VALUE}\\"}}"}}'""")
        self.run_with("{aws: {secret: prod/db, key: password, region: eu-west-1}}", env=self.env())
        self.assertEqual(self.got(), VALUE)
        self.assertEqual(self.called(), ["secretsmanager", "get-secret-value", "--secret-id=prod/db",
                                         "--output=json", "--region=eu-west-1"])

    def test_a_program_that_hangs_is_held_to_the_timeout_of_the_stage(self):
        self.program("vault", "exec sleep 1000")
        self.write("""
            secrets: {KEY: {vault: {path: a, field: b}}}
            stages: {use: {secrets: [KEY], timeout: 1s, run: 'true'}}
        """)
        events = self.events(code=1, env=self.env())
        end = [e for e in events if e["event"] == "stage.finished"][0]
        self.assertEqual(end["outcome"], "timed_out")
        self.assertIn("`vault` gave nothing within", end["reason"])

    def test_garbage_of_a_program_is_not_shown(self):
        self.program("aws", f"echo '{VALUE}'; echo 'debug: {VALUE}' >&2")
        done = self.run_with("{aws: prod/db}", code=3, env=self.env())
        text = done.stdout + done.stderr
        self.assertIn("gave no JSON object", text)
        self.assertNotIn(VALUE, text)
        self.assertEqual(self.leaks(), [])

    def test_nothing_is_asked_before_a_stage_needs_it(self):
        self.program("vault", "exit 9")
        self.write("""
            secrets: {KEY: {vault: {path: a, field: b}}}
            stages:
              plain: {run: echo hello}
              skipped: {when: branch == 'nowhere', secrets: [KEY], run: 'true'}
        """)
        self.pipectl("run", code=0, env=self.env())
        self.assertEqual(self.called(), [])


class FakeSecretsManager(http.server.BaseHTTPRequestHandler):
    """Answers GetSecretValue as AWS does: JSON 1.1, the action in a header."""

    secrets = {}
    problems = []

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["X-Amz-Target"] != "secretsmanager.GetSecretValue":
            self.problems.append(self.headers["X-Amz-Target"])
        found = self.secrets.get(asked["SecretId"])
        answer = ({"ARN": "arn:aws:secretsmanager:x", "Name": asked["SecretId"],
                   "VersionId": "1" * 32, "SecretString": found} if found else
                  {"__type": "ResourceNotFoundException",
                   "Message": "Secrets Manager can't find the specified secret."})
        body = json.dumps(answer).encode()
        self.send_response(200 if found else 400)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@unittest.skipUnless(AWS, "the program aws is not installed")
class RealAws(SecretsTest):
    """The real `aws` with a double of its service."""

    def setUp(self):
        super().setUp()
        FakeSecretsManager.secrets, FakeSecretsManager.problems = {}, []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), FakeSecretsManager)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        # Not every release knows AWS_ENDPOINT_URL.
        self.program("aws", f'exec {AWS} --endpoint-url http://127.0.0.1:{self.server.server_port} "$@"')

    def aws_env(self):
        return self.env(
            AWS_REGION="eu-west-1", AWS_DEFAULT_REGION="eu-west-1", AWS_ACCESS_KEY_ID="id", AWS_SECRET_ACCESS_KEY="key",
            AWS_EC2_METADATA_DISABLED="true", HOME=os.environ.get("HOME", "/root"),
            AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null")

    def test_its_text_a_field_of_it_and_its_absence(self):
        odd = 'quotes " \' lines\nof\ttext, unicode \u00e9\u4e2d\U0001f511'
        FakeSecretsManager.secrets = {"prod/odd": odd, "prod/db": json.dumps({"password": VALUE})}
        self.run_with("{aws: prod/odd}", env=self.aws_env())
        self.assertEqual(self.got(), odd)
        self.run_with("{aws: {secret: prod/db, key: password}}", env=self.aws_env())
        self.assertEqual(self.got(), VALUE)
        done = self.run_with("{aws: prod/none}", code=1, env=self.aws_env())
        self.assertIn("secret KEY is not there (aws prod/none)", done.stdout + done.stderr)
        self.assertEqual(FakeSecretsManager.problems, [])


class Keyring(SecretsTest):
    SCRIPT = """
        printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        printf %s "$WANTED" | secret-tool store --label=test service shop account deploy
        unset WANTED
        exec "$@"
    """

    @needs("secret-tool", "gnome-keyring-daemon", "dbus-run-session")
    def test_a_real_keyring(self):
        self.write("""
            secrets: {KEY: {keyring: {service: shop, account: deploy}}}
            stages: {use: {secrets: [KEY], run: 'printf %s "$KEY" > got'}}
        """)
        home = tempfile.mkdtemp(prefix="pipectl-keyring-")
        self.addCleanup(shutil.rmtree, home, ignore_errors=True)
        env = clean_environment(HOME=home, XDG_RUNTIME_DIR=home, XDG_DATA_HOME=home, WANTED=VALUE)
        done = subprocess.run(["dbus-run-session", "--", "sh", "-ec", self.SCRIPT, "sh",
                               os.path.abspath(PIPECTL), "run"], cwd=self.folder, env=env,
                              timeout=60, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.got(), VALUE)

    @needs("secret-tool")
    def test_without_a_session_it_says_so(self):
        env = clean_environment()
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            env.pop(name, None)
        env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere"
        done = self.run_with("{keyring: {service: shop}}", code=3, env=env)
        self.assertIn("a keyring needs a session with D-Bus", done.stdout + done.stderr)


class Kubernetes(KubeTest):
    def test_a_key_of_a_secret_in_the_cluster(self):
        odd = 'quotes " \' lines\nof text, unicode \u00e9'
        self.kubectl("create", "-f", "-", text=json.dumps(
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "app-db"},
             "data": {"password": base64.b64encode(odd.encode()).decode()}}))
        pipeline = """
            secrets: {KEY: {kubernetes: {secret: %s, key: %s, namespace: default}}}
            stages: {use: {secrets: [KEY], run: 'printf %%s "$KEY" > got'}}
        """
        self.write(pipeline % ("app-db", "password"))
        self.pipectl("run", code=0, env=self.env)
        self.assertEqual((self.folder / "got").read_text(), odd)
        for secret, key in (("app-db", "none"), ("none", "password")):
            self.write(pipeline % (secret, key))
            done = self.pipectl("run", "--ui", "plain", code=1, env=self.env)
            self.assertIn(f"is not there (kubernetes default/{secret}#{key})",
                          done.stdout + done.stderr)


class Forks(SecretsTest):
    def github(self, head):
        event = {"number": 7, "pull_request": {
            "head": {"ref": "fix", "sha": SHA, "repo": {"full_name": head,
                                                       "owner": {"login": head.split("/")[0]}}},
            "base": {"ref": "main", "sha": SHA, "repo": {"full_name": "team/app"}}}}
        path = self.write(json.dumps(event), "event.json")
        return self.env(GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="pull_request", GITHUB_SHA=SHA,
                        GITHUB_REPOSITORY="team/app", GITHUB_REF="refs/pull/7/merge",
                        GITHUB_EVENT_PATH=str(path), SOURCE=VALUE)

    def test_a_pull_request_from_a_fork_gets_none(self):
        self.program("vault", f"echo {VALUE}")
        self.write("""
            secrets:
              NEEDED: {vault: {path: a, field: b}}
              NICE: {env: SOURCE, optional: true}
            stages:
              without: {secrets: [NICE], run: 'test -z "${NICE+x}${SOURCE+x}"'}
              deploy: {secrets: [NEEDED], run: 'echo never'}
        """)
        done = self.pipectl("run", "--ui", "plain", code=1, env=self.github("eve/app"))
        text = done.stdout + done.stderr
        self.assertIn("no secrets: this run is of a pull request from a fork (eve:fix)", text)
        self.assertIn("secret NEEDED is withheld: this run is of a pull request from a fork (eve:fix)",
                      text)
        self.assertNotIn("never", text.replace("echo never", ""))
        self.assertEqual(self.called(), [])
        self.assertFalse((self.folder / ".pipectl" / "audit.db").exists())
        outcome = json.loads(self.pipectl("explain", "without", "--json", code=0).stdout)
        self.assertEqual(outcome["outcome"], "succeeded")

    def test_not_even_from_a_secrets_file(self):
        given = self.private(f"KEY={VALUE}\n", "given.env")
        self.write("secrets: {KEY: {env: K}}\nstages: {use: {secrets: [KEY], run: 'true'}}\n")
        done = self.pipectl("run", "--secrets-file", given, "--ui", "plain", code=1,
                            env=self.github("eve/app"))
        self.assertIn("is withheld", done.stdout + done.stderr)

    def test_one_of_the_same_repository_gets_them(self):
        self.write("secrets: {KEY: {env: SOURCE}}\n"
                   "stages: {use: {secrets: [KEY], run: 'test -n \"$KEY\"'}}\n")
        self.pipectl("run", code=0, env=self.github("team/app"))


class Nowhere(SecretsTest):
    """A long and odd secret that a stage prints in every form is nowhere to be found."""

    PRINT = r"""
        import base64, json, os, pathlib, quopri, sys, textwrap, urllib.parse
        value = os.environ["KEY"]
        raw = value.encode()
        say = lambda text: print(text if isinstance(text, str) else text.decode(), flush=True)
        say("raw: " + value)
        say(value.replace("\n", "\r"))
        say(value.replace("\n", "\r\n"))
        say(textwrap.indent(value, "    "))
        for shift in range(3):
            say(base64.b64encode(b"x" * shift + raw))
            say(base64.urlsafe_b64encode(b"x" * shift + raw))
            say(base64.encodebytes(b"x" * shift + raw))
        say(urllib.parse.quote(value))
        say(urllib.parse.quote(value, safe=""))
        say(urllib.parse.quote_plus(value))
        say(json.dumps(value))
        say(json.dumps({"deep": [value]}, ensure_ascii=False, indent=1))
        say(quopri.encodestring(raw))
        say(quopri.encodestring(raw, quotetabs=True))
        print(value, file=sys.stderr)
        pathlib.Path("junit.xml").write_text(
            '<testsuite><testcase name="t"><failure message="%s">%s</failure></testcase></testsuite>'
            % (value.split("\n")[0].replace('"', "&quot;"), value.replace("<", "&lt;").replace("&", "&amp;")))
        with open("arguments", "wb") as out:
            for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    out.write(entry.read_bytes() + b"\n")
                except OSError:
                    pass
    """

    def make_value(self):
        """About 64 KiB with quotes, backslashes, line breaks and characters of four bytes; and what
        of each line would show."""
        tokens = [hashlib.sha256(str(n).encode()).hexdigest()[:24] for n in range(1300)]
        lines = [f'{t} "q" \\ \'s\' = % é€\U0001f511 {i}' for i, t in enumerate(tokens)]
        signs = [t.encode()[:12] for t in tokens]
        for token in tokens:
            for shift in range(3):
                encoded = base64.b64encode(b"x" * shift + token.encode())
                signs.append(encoded[6:22])
        return "\n".join(lines), signs

    def test_in_every_form_nowhere(self):
        value, signs = self.make_value()
        self.assertGreater(len(value.encode()), 64 * 1024)
        (self.folder / "key").write_text(value)
        (self.folder / "key").chmod(0o600)
        self.write(self.PRINT, "print.py")
        self.write("""
            secrets: {KEY: {file: key}}
            stages:
              print:
                kind: test
                secrets: [KEY]
                run: python3 print.py
                reports: {junit: junit.xml}
                allow_failure: true
              output:
                secrets: [KEY]
                allow_failure: true
                run: '{ echo "key<<END"; printenv KEY; echo END; } >> "$PIPECTL_OUTPUT"'
              fail:
                secrets: [KEY]
                run: 'printenv KEY | tail -3 >&2; exit 1'
        """)
        shown = {"plain": self.pipectl("run", "--ui", "plain", code=1),
                 "events": self.pipectl("run", "--ui", "json", code=1),
                 "logs": self.pipectl("logs", "print", code=0),
                 "explain": self.pipectl("explain", "fail", code=0),
                 "runs": self.pipectl("runs", "show", "--json", code=0),
                 "audit": self.pipectl("secrets", "audit", code=0),
                 "check": self.pipectl("secrets", "check", code=0)}
        texts = {name: (done.stdout + done.stderr).encode() for name, done in shown.items()}
        texts["arguments"] = (self.folder / "arguments").read_bytes()
        for path in (self.folder / ".pipectl").rglob("*"):
            if path.is_file():
                texts[str(path)] = path.read_bytes()
        self.assertIn(b"print.py", texts["arguments"])
        self.assertIn(b"raw: ***", texts["logs"])
        self.assertIn("holds a secret", shown["plain"].stdout + shown["plain"].stderr)
        found = re.compile(b"|".join(signs))
        for name, text in texts.items():
            with self.subTest(name):
                self.assertIsNone(found.search(text))


class Documents(SecretsTest):
    """The pipelines of docs/secrets.md run, with stand-ins for the programs that they name."""

    def prepare(self):
        self.private(VALUE, "secrets/db_password.txt")
        self.private(f"MAIL={VALUE}\n", ".secrets.env")
        self.program("vault", f"""echo '{{"data": {{"key": "{VALUE}"}}}}'""")
        self.program("aws", f"""echo '{{"SecretString": "{{\\"api_key\\": \\"{VALUE}\\"}}"}}'""")
        encoded = base64.b64encode(VALUE.encode()).decode()
        self.program("kubectl", f"""echo '{{"data": {{"tls.key": "{encoded}"}}}}'""")
        for name in ("secret-tool", "pass"):
            self.program(name, f"printf %s {VALUE}")
        for name in ("make", "gitleaks", "npx"):
            self.program(name, "true")
        for name in ("migrate", "release", "deploy"):
            self.write("#!/bin/sh\nenv\n", name).chmod(0o755)
        return self.env(VAULT_TOKEN="login-token", DB_PASSWORD_FILE="secrets/db_password.txt",
                        DEPLOY_KEY=VALUE)

    def test_its_pipelines_run(self):
        page = pathlib.Path(__file__).resolve().parents[2] / "docs" / "secrets.md"
        ran = 0
        for text in re.findall(r"^```yaml\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE):
            if "tool:" in text or "kind: rotate" in text:
                continue
            with self.subTest(text):
                env = self.prepare()
                (self.folder / "pipeline.yaml").write_text(text)
                done = self.pipectl("run", "--ui", "plain", code=0, env=env)
                self.assertNotIn(VALUE, done.stdout + done.stderr)
                granted = {n for names in re.findall(r"secrets: \[(.*?)\]", text)
                           for n in names.split(", ")}
                for name in granted:
                    self.assertIn(f"{name}=***", done.stdout)
            ran += 1
        self.assertEqual(ran, 4)


class Commands(SecretsTest):
    def pipeline(self):
        self.private(f"KEY={VALUE}\n", ".secrets.env")
        self.write("""
            secrets:
              TOKEN: {env: TOKEN_SOURCE}
              KEY: {dotenv: .secrets.env}
              API: {vault: {path: secret/api, field: key}}
              NICE: {env: NOT_SET, optional: true}
              UNUSED: {env: NOT_SET_EITHER}
              HOOK: {env: HOOK_SOURCE, optional: true}
            environments:
              production: {secrets: [API]}
            stages:
              build: {secrets: [TOKEN, KEY], run: 'echo "$TOKEN$KEY"'}
              test: {secrets: [KEY, NICE], run: 'echo "$KEY"'}
              deploy: {environment: production, run: 'echo "$API"'}
            notify:
              webhook: {url_secret: HOOK}
        """)
        self.program("vault", '''echo '{"data": {"key": "'"$API_VALUE"'"}}' ''')
        return self.env(TOKEN_SOURCE=VALUE + "-1", API_VALUE=VALUE + "-2")

    def test_list_says_where_they_come_from_and_who_gets_them(self):
        env = self.pipeline()
        done = self.pipectl("secrets", "list", code=0, env=env)
        lines = [line.split() for line in done.stdout.splitlines()]
        self.assertEqual(lines[0], ["TOKEN", "env", "TOKEN_SOURCE", "for", "build"])
        self.assertIn("optional", done.stdout)
        self.assertIn("for nobody", done.stdout)
        found = json.loads(self.pipectl("secrets", "list", "--json", code=0, env=env).stdout)
        self.assertEqual({s["name"]: s["granted_to"] for s in found["secrets"]},
                         {"TOKEN": ["build"], "KEY": ["build", "test"], "NICE": ["test"],
                          "API": ["deploy", "environment production"], "UNUSED": [],
                          "HOOK": ["notify webhook"]})
        self.assertEqual(found["secrets"][2]["source"], "secret/api#key")
        self.assertEqual(self.called(), [])

    def states(self, env, *args, code):
        done = self.pipectl("secrets", "check", "--json", *args, code=code, env=env)
        self.assertNotIn(VALUE, done.stdout + done.stderr)
        return {s["name"]: s["state"] for s in json.loads(done.stdout)["secrets"]}

    def test_check_asks_each_and_shows_none(self):
        env = self.pipeline()
        self.assertEqual(self.states(env, code=0),
                         {"TOKEN": "found", "KEY": "found", "API": "found", "NICE": "missing",
                          "UNUSED": "missing", "HOOK": "missing"})
        self.assertEqual(self.called(), ["kv", "get", "-format=json", "secret/api"])
        del env["TOKEN_SOURCE"]
        self.assertEqual(self.states(env, code=1)["TOKEN"], "missing")
        given = self.private(f"TOKEN={VALUE}\n", "given.env")
        self.assertEqual(self.states(env, "--secrets-file", given, code=0)["TOKEN"], "found")

    def test_check_tells_modes_and_values_that_cannot_be_used(self):
        env = self.pipeline()
        (self.folder / ".secrets.env").chmod(0o644)
        done = self.pipectl("secrets", "check", code=1, env=env)
        self.assertRegex(done.stdout, r"KEY +refused +dotenv .*\.secrets\.env")
        self.assertIn("hint: chmod 600", done.stdout)
        env["TOKEN_SOURCE"] = "abc"
        done = self.pipectl("secrets", "check", code=1, env=env)
        self.assertIn("shorter than 4 characters", done.stdout)
        self.private(VALUE, "key.txt").chmod(0o644)
        self.write("secrets: {KEY: {file: key.txt}}\nstages: {use: {secrets: [KEY], run: 'true'}}\n")
        done = self.pipectl("secrets", "check", code=0, env=env)
        self.assertRegex(done.stdout, r"KEY +open +file .*key\.txt")
        self.assertIn("chmod 600", done.stdout)

    def test_every_use_is_written_down_without_the_value(self):
        env = self.pipeline()
        self.pipectl("run", code=0, env=env)
        uses = json.loads(self.pipectl("secrets", "audit", "--json", code=0).stdout)["uses"]
        self.assertEqual([(u["role"], u["user"], u["secret"], u["provider"], u["source"].split("/")[-1])
                          for u in uses],
                         [("stage", "build", "KEY", "dotenv", ".secrets.env"),
                          ("stage", "build", "TOKEN", "env", "TOKEN_SOURCE"),
                          ("stage", "test", "KEY", "dotenv", ".secrets.env"),
                          ("stage", "deploy", "API", "vault", "api#key")])
        self.assertEqual(len({u["run"] for u in uses}), 1)
        self.assertEqual(self.leaks(), [])
        shown = self.pipectl("secrets", "audit", "--stage", "deploy", code=0).stdout
        self.assertRegex(shown, r"deploy +API +vault secret/api#key\n$")
        self.assertEqual(len(shown.splitlines()), 1)
        self.assertEqual(self.pipectl("secrets", "audit", "--secret", "NICE", code=0).stdout, "")
        explained = self.pipectl("explain", "build", code=0).stdout
        self.assertRegex(explained, r"secret TOKEN +from env TOKEN_SOURCE, at 2")
        self.assertNotIn(VALUE, explained)

    def test_a_later_run_is_told_apart_and_outlives_its_removal(self):
        env = self.pipeline()
        self.pipectl("run", "-s", "build", code=0, env=env)
        self.pipectl("run", "-s", "deploy", code=0, env=env)
        latest = self.pipectl("secrets", "audit", "--run", "latest", code=0).stdout
        self.assertEqual([line.split()[3] for line in latest.splitlines()], ["deploy"])
        self.pipectl("runs", "clean", "--all", code=0)
        self.assertEqual(len(self.pipectl("secrets", "audit", code=0).stdout.splitlines()), 3)
        self.assertEqual(self.pipectl("secrets", "audit", "-n", "1", code=0).stdout, latest)

    def test_what_cannot_be_written_down_is_not_given(self):
        env = self.pipeline()
        (self.folder / ".pipectl").mkdir(mode=0o700)
        (self.folder / ".pipectl" / "audit.db").mkdir()
        done = self.pipectl("run", "--ui", "plain", "-s", "build", code=3, env=env)
        self.assertIn("no secret was given, because its use could not be written down",
                      done.stdout + done.stderr)

    def test_nothing_declared_and_nothing_used(self):
        self.write("stages: {a: {run: 'true'}}\n")
        for command in ("list", "check", "audit"):
            done = self.pipectl("secrets", command, code=0)
            self.assertEqual(done.stdout, "")
            self.assertIn("secret", done.stderr)
        self.pipectl("secrets", code=2)


if __name__ == "__main__":
    main()
