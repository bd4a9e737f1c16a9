"""`pipectl secrets list` and `check`, and the record of who used which secret."""
import json

from harness import main
from secrets_case import VALUE, SecretsTest


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
