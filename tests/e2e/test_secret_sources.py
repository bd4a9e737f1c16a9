"""Every source of a secret with the real binary.

`aws` and `vault` are stand-ins: scripts that check how they are called. Where the real `aws` is
installed it is asked, too, with a double of its service. The keyring is a real one."""
import base64
import http.server
import json
import os
import shutil
import subprocess
import tempfile
import threading
import unittest

from harness import IN_CI, PIPECTL, clean_environment, main
from kube_harness import KubeTest
from secrets_case import VALUE, SecretsTest, needs

AWS = shutil.which("aws")


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


if __name__ == "__main__":
    main()
