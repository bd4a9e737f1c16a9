"""The load generator's connections, counted where they arrive: TLS, keep-alive, think time, and what is told
meanwhile."""
import re
import resource
import ssl
import subprocess
import time

import load_case
from harness import PIPECTL, clean_environment, main


class _Handler(load_case.Handler):
    def do_GET(self):
        server = self.server
        with server.lock:
            number = len(server.seen)
            server.seen.append((self.client_address, self.path, time.monotonic()))
        if self.path == "/mixed":  # 4 of 100 are slow, evenly spread
            time.sleep(1.5 if number % 25 == 0 else 0.01)
        if self.path == "/half":
            time.sleep(0.5)
        with server.lock:
            server.answered.append(time.monotonic())
        self.send_response(200)
        if self.path == "/once":
            self.send_header("Connection", "close")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


class Server(load_case.Server):
    handler = _Handler

    def __init__(self, context=None):
        self.answered = []
        super().__init__()
        if context is not None:
            # The handshake is done where the connection is served, not where it is accepted.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def connections(self):
        return len({client for client, _, _ in self.seen})


class Connections(load_case.LoadCase):
    def server(self, context=None):
        return self.start(Server(context))

    def authority(self):
        """A private CA and a server's context with a certificate of it for localhost."""
        def openssl(*args):
            subprocess.run(["openssl", *args], cwd=self.folder, check=True, stderr=subprocess.DEVNULL)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
        openssl("req", "-x509", *key, "-subj", "/CN=private CA", "-keyout", "ca.key", "-out", "ca.pem")
        openssl("req", "-x509", *key, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                "-addext", "basicConstraints=critical,CA:FALSE", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-keyout", "server.key", "-out", "server.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        return context

    def test_tls_of_a_private_ca(self):
        server = self.server(self.authority())
        text = f"load: {{url: '{server.address('https', 'localhost')}/', rate: 20/s, duration: 1s}}"
        strangers = {name: value for name, value in clean_environment().items()
                     if name not in ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE")}
        for variable in ("SSL_CERT_FILE", "CURL_CA_BUNDLE"):
            trusting = {**strangers, variable: str(self.folder / "ca.pem")}
            _, result = self.measure(text, env=trusting)
            self.assertEqual((result["all"]["requests"], result["all"]["errors"]), (20, 0), result)
        self.assertEqual(len(server.seen), 40)
        # Whom nobody vouches for gets no request, and neither does another name.
        for scheme_host, env in ((("https", "localhost"), strangers), (("https", "127.0.0.1"), trusting)):
            ended, result = self.measure(
                f"load: {{url: '{server.address(*scheme_host)}/', rate: 5/s, duration: 1s}}", code=1, env=env)
            self.assertEqual(ended["reason"], "gate error_rate: 100%, want < 1%")
            self.assertEqual(sum(result["all"]["causes"].values()), 5)
            self.assertRegex(next(iter(result["all"]["causes"])), "(?i)certificate|tls|ssl")
        self.assertEqual(len(server.seen), 40)

    def test_connections_are_kept_unless_the_server_closes_them(self):
        server = self.server()
        _, result = self.measure(f"load: {{url: '{server.address()}/', users: 3, duration: 1s}}")
        self.assertEqual(result["all"]["requests"], len(server.seen))
        self.assertGreater(len(server.seen), 3)
        self.assertEqual(server.connections, 3)
        closing = self.server()
        _, result = self.measure(f"load: {{url: '{closing.address()}/once', rate: 20/s, duration: 1s}}")
        self.assertEqual((result["all"]["requests"], result["all"]["errors"]), (20, 0))
        self.assertEqual(closing.connections, 20)

    def limited(self, soft, hard, text, code=0):
        self.write(f"stages:\n  load:\n    kind: perf\n    {text}\n")
        return self.pipectl("run", "--ui", "plain", code=code, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (soft, hard)))

    def test_the_limit_of_open_files_is_raised_or_told(self):
        server = self.server()
        users = f"load: {{url: '{server.address()}/', users: 200, duration: 1s}}"
        self.assertIn("errors 0%", self.limited(120, 1000, users).stdout)
        self.assertGreaterEqual(server.connections, 200)
        asked = len(server.seen)
        said = self.limited(120, 150, users, code=3)
        self.assertRegex(said.stdout, r"a load of 200 users needs 200 connections at once; the limit of open "
                                      r"files leaves room for \d+")
        self.assertIn("ulimit -Hn", said.stdout)
        self.assertEqual(len(server.seen), asked)
        # A rate makes do with what there is.
        slow = f"load: {{url: '{server.address()}/half', rate: 200/s, duration: 1s}}"
        self.assertRegex(self.limited(120, 150, slow).stdout, r"\d+ requests were under way at once")

    def test_a_user_thinks_between_requests(self):
        server = self.server()
        _, result = self.measure(f"""load:
      users: 1
      duration: 2s
      scenarios:
        s: {{requests: [{{url: '{server.address()}/a', think: 200ms}}, {{url: '{server.address()}/b'}}]}}""")
        paths = [path for _, path, _ in server.seen]
        self.assertEqual(paths[:4], ["/a", "/b", "/a", "/b"])
        self.assertLessEqual(paths.count("/a"), 11)
        thought = [after[2] - answered for answered, after in zip(server.answered, server.seen[1:])
                   if after[1] == "/b"]
        self.assertGreaterEqual(min(thought), 0.2)
        self.assertLess(result["all"]["duration_ms"]["min"], 200)  # it is no part of the response time

    def test_percentiles_of_two_known_delays(self):
        server = self.server()
        _, result = self.measure(f"load: {{url: '{server.address()}/mixed', rate: 100/s, duration: 3s}}")
        durations = result["all"]["duration_ms"]
        self.assertEqual(result["all"]["requests"], 300)  # 12 of them slow
        self.assertGreaterEqual(durations["p99"], 1500)
        self.assertLess(durations["p95"], 1500)
        self.assertGreaterEqual(durations["min"], 10)

    def test_what_is_told_while_it_runs(self):
        server = self.server()
        self.write(f"stages: {{load: {{kind: perf, load: {{url: '{server.address()}/', rate: 50/s, duration: 1h}}}}}}\n")
        child = subprocess.Popen([PIPECTL, "run", "--ui", "plain"], cwd=self.folder, env=clean_environment(),
                                 stdout=subprocess.PIPE, text=True)
        told = []
        try:
            for line in child.stdout:
                match = re.search(r"(\d+) requests · .*p95 \S+", line)
                if match:
                    told.append((int(match[1]), len(server.seen)))
                if len(told) == 2:
                    break
        finally:
            child.terminate()
            child.communicate(timeout=60)
        (first, _), (second, arrived) = told
        self.assertGreater(second, first)
        self.assertLessEqual(second, arrived)


if __name__ == "__main__":
    main()
