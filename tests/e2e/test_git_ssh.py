"""core/git against a real sshd: keys, the agent, host keys."""

import pathlib
import shutil
import subprocess
import unittest

from git_cases import Case, USAGE, servers
from git_transports import EveryTransport


class Ssh(EveryTransport, Case):
    @classmethod
    def start_servers(cls):
        cls.keys = {kind: servers.make_key(cls.base / "keys" / kind, kind)
                    for kind in ("ed25519", "rsa", "ecdsa")}
        cls.server = cls.stack.enter_context(servers.ssh_server(
            cls.base / "sshd", [f"{key}.pub" for key in cls.keys.values()]))
        cls.port = cls.server.port
        import getpass
        cls.user = getpass.getuser()

    def setUp(self):
        super().setUp()
        self.ssh = self.home / ".ssh"
        self.ssh.mkdir(mode=0o700)
        (self.ssh / "known_hosts").write_text(self.server.host_key())
        self.use_key("ed25519")

    def use_key(self, kind):
        shutil.copy(self.keys[kind], self.ssh / f"id_{kind}")

    def url(self, path):
        return f"ssh://{self.user}@127.0.0.1:{self.port}{self.root}/{path}"

    def trust(self, port):
        with open(self.ssh / "known_hosts", "a", encoding="utf-8") as known:
            known.write(self.server.host_key().replace(f":{self.port}", f":{port}"))

    def test_keys_of_every_kind(self):
        for kind in self.keys:
            (self.ssh / "id_ed25519").unlink(missing_ok=True)
            self.use_key(kind)
            self.good(self.url("app"), name=kind)
            (self.ssh / f"id_{kind}").unlink()

    def test_key_as_secret(self):
        (self.ssh / "id_ed25519").unlink()
        for kind, key in self.keys.items():
            text = key.read_text()
            self.good(self.url("app"), name=kind, secret=text.strip())
            self.assert_nowhere(text.splitlines()[1])

    def test_agent(self):
        (self.ssh / "id_ed25519").unlink()
        socket = self.work / "agent"
        with servers.running([servers.need("ssh-agent"), "-D", "-a", str(socket)], None):
            environment = dict(self.environment, SSH_AUTH_SOCK=str(socket))
            add = ["ssh-add", "-q", str(self.keys["rsa"])]
            for _ in range(200):  # until the agent listens
                if subprocess.run(add, env=environment, capture_output=True).returncode == 0:
                    break
            self.environment = environment
            self.good(self.url("app"))

    def test_configuration_of_ssh(self):
        (self.ssh / "config").write_text(
            f"Host work\n  HostName 127.0.0.1\n  Port {self.port}\n  User {self.user}\n")
        self.assertEqual(self.good(f"work:{self.root}/app")["sha"], self.head)

    def test_wrong_host_key(self):
        other = servers.make_key(self.work / "other")
        kind, key = pathlib.Path(f"{other}.pub").read_text().split()[:2]
        (self.ssh / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")
        self.bad(self.url("app"), "host key is not the one in known_hosts", hint="ssh-keygen -R")

    def test_unknown_host(self):
        (self.ssh / "known_hosts").unlink()
        self.bad(self.url("app"), "host key is not in known_hosts",
                 hint=f"ssh-keyscan -p {self.port}")
        self.assertFalse((self.ssh / "known_hosts").exists())

    def test_wrong_key(self):
        (self.ssh / "id_ed25519").unlink()
        self.bad(self.url("app"), "refused every key", hint="ssh-add")
        stranger = servers.make_key(self.work / "stranger").read_text()
        self.bad(self.url("app"), "refused the granted key", secret=stranger,
                 hint="passphrase")
        self.bad(self.url("app"), "is no private key", secret="a-token", fault=USAGE,
                 hint="https")

    def test_path_with_quotes(self):
        odd = self.root / "it's \"odd\"; $(touch pwned)"
        if not odd.exists():
            self.git.init(odd)
            self.git.commit(odd, {"a": "1"})
        self.good(self.url(odd.name))
        self.assertEqual(list(self.base.rglob("pwned*")), [])


if __name__ == "__main__":
    unittest.main()
