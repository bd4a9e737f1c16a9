"""Who gets a secret, and where its value never stands; the pipelines of docs/secrets.md."""
import base64
import hashlib
import json
import pathlib
import re
import sys

from harness import main
from notify_case import Service
from secrets_case import SHA, VALUE, SecretsTest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from npm_folder import npm_folder  # noqa: E402


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
        import base64, html, json, os, pathlib, quopri, shlex, subprocess, sys, textwrap, urllib.parse
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
        say(raw.hex())
        say(raw.hex().upper())
        say(textwrap.fill(raw.hex(), 60))
        say(html.escape(value))
        say(shlex.quote(value))
        for shell, command in (("bash", 'printf "%q\\n" "$KEY"; echo "${KEY@Q}"; declare -p KEY'),
                               ("bash", 'set -x; : "$KEY"'), ("sh", 'set -x; : "$KEY"')):
            done = subprocess.run([shell, "-c", command], capture_output=True, check=True)
            say(done.stdout + done.stderr)
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

    FORM = r"""
        import base64, json, os, sys, urllib.parse
        value = os.environ["KEY"]
        forms = {"raw": value, "base64": base64.b64encode(value.encode()).decode(), "json": json.dumps(value),
                 "percent": urllib.parse.quote(value)}
        print("last words:", forms[sys.argv[1]], file=sys.stderr)
    """

    def slack(self, _request):
        return 200, {}, json.dumps({"ok": True, "channel": "C012AB3CD", "ts": f"1.{len(self.told.requests)}"})

    def github(self, request):
        if request["method"] == "GET":
            return 200, {}, '{"check_runs": []}' if "check-runs" in request["path"] else "[]"
        return 201, {}, '{"id": 7, "number": 7}'

    def pull_request(self, **extra):
        """The variables of a job that may comment on it."""
        event = {"number": 7, "pull_request": {
            "head": {"ref": "fix", "sha": SHA, "repo": {"full_name": "team/app", "owner": {"login": "team"}}},
            "base": {"ref": "main", "sha": SHA, "repo": {"full_name": "team/app"}}}}
        return self.env(CI="true", GITHUB_ACTIONS="true", GITHUB_EVENT_NAME="pull_request", GITHUB_SHA=SHA,
                        GITHUB_REPOSITORY="team/app", GITHUB_REF="refs/pull/7/merge", BOT="t0ken-of-a-bot",
                        GITHUB_EVENT_PATH=str(self.write(json.dumps(event), "event.json")),
                        GITHUB_STEP_SUMMARY=str(self.folder / "summary.md"), **extra)

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
            signs += [token.encode().hex().encode()[:24], token.encode().hex().upper().encode()[:24]]
        return "\n".join(lines), signs

    def test_in_every_form_nowhere(self):
        value, signs = self.make_value()
        self.assertGreater(len(value.encode()), 64 * 1024)
        (self.folder / "key").write_text(value)
        (self.folder / "key").chmod(0o600)
        self.write(self.PRINT, "print.py")
        self.write(self.FORM, "form.py")
        down = Service((503, {"Retry-After": "3600"}, ""))
        taken, self.told, github = Service(), Service(self.slack), Service(self.github)
        for service in (down, taken, self.told, github):
            self.addCleanup(service.close)
        self.write(f"""
            secrets: {{KEY: {{file: key}}, BOT: {{env: BOT}}}}
            notify:
              webhook: [{{url: '{down.url}'}}, {{url: '{taken.url}'}}]
              slack: {{token: BOT, channel: '#ci', api_url: '{self.told.url}', on: [start, failure]}}
              github:
                - {{token: BOT, statuses: stages, comment: true}}
                - {{token: BOT, checks: true, context: check}}
            stages:
              print:
                kind: test
                secrets: [KEY]
                run: python3 print.py
                reports: {{junit: junit.xml}}
                allow_failure: true
              output:
                secrets: [KEY]
                allow_failure: true
                run: '{{ echo "key<<END"; printenv KEY; echo END; }} >> "$PIPECTL_OUTPUT"'
              fail:
                secrets: [KEY]
                run: 'printenv KEY | tail -3 >&2; exit 1'
              last:
                needs: []
                matrix: {{form: [raw, base64, json, percent]}}
                secrets: [KEY]
                run: 'python3 form.py ${{{{ matrix.form }}}}; exit 1'
        """)
        env = self.pull_request(GITHUB_API_URL=github.url)
        shown = {"plain": self.pipectl("run", "--ui", "plain", "-k", code=1, env=env),
                 "events": self.pipectl("run", "--ui", "json", "-k", code=1, env=env),
                 "logs": self.pipectl("logs", "print", code=0),
                 "explain": self.pipectl("explain", "fail", code=0),
                 "runs": self.pipectl("runs", "show", "--json", code=0),
                 "audit": self.pipectl("secrets", "audit", code=0),
                 "report": self.pipectl("report", "--output", "report.html", code=0),
                 "check": self.pipectl("secrets", "check", code=0, env=env)}
        texts = {name: (done.stdout + done.stderr).encode() for name, done in shown.items()}
        texts["arguments"] = (self.folder / "arguments").read_bytes()
        texts["report.html"] = (self.folder / "report.html").read_bytes()
        texts["summary"] = (self.folder / "summary.md").read_bytes()
        for name, service in (("told", taken), ("slack", self.told), ("github", github)):
            texts[name] = json.dumps([[r["path"], r["body"]] for r in service.requests]).encode()
            texts[name] += json.dumps([r["body"] for r in service.requests], ensure_ascii=False).encode()
            for request in service.requests:
                texts[name] += json.dumps(json.loads(request["body"] or "0"), ensure_ascii=False).encode()
        for path in (self.folder / ".pipectl").rglob("*"):
            if path.is_file():
                texts[str(path)] = path.read_bytes()
        self.assertIn(b"print.py", texts["arguments"])
        self.assertIn(b"raw: ***", texts["logs"])
        self.assertIn(b"***", texts["report.html"])
        self.assertIn(b"fail", texts["told"])
        self.assertEqual(len([r for r in self.told.requests if re.search(r"last words: \W*\*{3}", r["body"])]), 2 * 4,
                         "four stages, twice")
        self.assertIn(b"/issues/7/comments", texts["github"])
        kept = [text for name, text in texts.items() if "/outbox.db" in name]
        self.assertIn(b"failure", b"".join(kept), "what is not told yet is looked through, too")
        self.assertIn("holds a secret", shown["plain"].stdout + shown["plain"].stderr)
        found = re.compile(b"|".join(signs))
        for name, text in texts.items():
            with self.subTest(name):
                self.assertIsNone(found.search(text))


class Scanner(SecretsTest):
    """The real secretlint finds a secret that was committed, and shows it nowhere."""

    def test_secretlint(self):
        tools = npm_folder("secretlint", ("secretlint@9.3.4", "@secretlint/secretlint-rule-preset-recommend@9.3.4"))
        key = "".join(("gh", "p_", "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"))  # of nobody
        self.write('{"rules": [{"id": "@secretlint/secretlint-rule-preset-recommend"}]}', ".secretlintrc.json")
        self.write("node_modules\n.pipectl\n", ".secretlintignore")
        (self.folder / "node_modules").symlink_to(tools / "node_modules")
        self.write("stages:\n  scan: {kind: security, tool: secretlint}\n")
        self.write("plain\n", "src/ok.txt")
        self.assertIn("PASSED", self.pipectl("run", "--ui", "plain", code=0).stdout)
        self.write(f"token = {key}\n", "src/config.py")
        events = self.events(code=1)
        found = [e for e in events if e["event"] == "stage.finding"]
        self.assertEqual([(e["rule"], e["path"].rpartition("/")[2], e["line"], e["severity"]) for e in found],
                         [("@secretlint/secretlint-rule-github", "config.py", 1, "high")])
        self.assertNotIn(key, json.dumps(events))
        self.assertEqual(self.leaks(key), [])


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


if __name__ == "__main__":
    main()
