"""How notifiers reach what they tell: through a proxy, with a private CA, and never otherwise."""
import base64
import pathlib
import socket
import socketserver
import ssl
import sys
import threading

import notify_case
from harness import main

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import git_servers as servers  # noqa: E402

HOST = "hooks.example.test"  # no name server knows it: only the proxy does


class ConnectProxy:
    """Takes CONNECT and passes all on to `port` of this machine, whatever was asked for."""

    def __init__(self, port):
        self.asked = []
        proxy = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                line = self.rfile.readline().decode().strip()
                headers = {}
                while header := self.rfile.readline().decode().strip():
                    name, _, value = header.partition(": ")
                    headers[name.lower()] = value
                proxy.asked.append((line, headers))
                if not line.startswith("CONNECT "):
                    return
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                with socket.create_connection(("127.0.0.1", port)) as there:
                    back = threading.Thread(target=pump, args=(there, self.connection), daemon=True)
                    back.start()
                    pump(self.connection, there)
                    back.join()

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of the two is gone


class Network(notify_case.NotifyTest):
    def setUp(self):
        super().setUp()
        certificates = servers.make_certificates(self.folder / "tls", f"DNS:{HOST}")
        self.ca = str(certificates / "ca.pem")
        self.hook = self.service()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
        server = self.hook.server
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.proxy = ConnectProxy(server.server_port)
        self.addCleanup(self.proxy.close)
        self.write(f"""
            name: shop
            notify:
              webhook: {{url: 'https://{HOST}/hook', on: [success]}}
            stages:
              unit: {{run: 'true'}}
        """)

    def environment(self, **extra):
        """Without the proxies and CAs of this machine."""
        drop = ("proxy", "ssl_cert", "curl_ca")
        return {**{name: value for name, value in super().environment().items()
                   if not any(word in name.lower() for word in drop)}, **extra}

    def told(self, **environment):
        done = self.pipectl("run", code=0, env=self.environment(**environment))
        self.lines = [line for line, _ in self.proxy.asked]
        return done.stderr

    def test_a_proxy_and_a_private_ca(self):
        for name, variable in (("HTTPS_PROXY", "CURL_CA_BUNDLE"), ("https_proxy", "SSL_CERT_FILE")):
            self.hook.requests.clear()
            self.proxy.asked.clear()
            said = self.told(**{name: f"http://ada:s3cr3t-word@{self.proxy.url}", variable: self.ca})
            self.assertNotIn("warning", said)
            self.assertEqual(self.lines, [f"CONNECT {HOST}:443 HTTP/1.1"])
            self.assertEqual([r["path"] for r in self.hook.requests], ["/hook"])
            login = base64.b64encode(b"ada:s3cr3t-word").decode()
            self.assertEqual(self.proxy.asked[0][1]["proxy-authorization"], f"Basic {login}")
            self.assertNotIn("proxy-authorization", self.hook.requests[0]["headers"])

    def test_a_ca_that_is_not_known_is_not_trusted(self):
        said = self.told(HTTPS_PROXY=f"http://{self.proxy.url}")
        self.assertIn("1 post is not sent yet", said)
        self.assertIn("certificate", said)
        self.assertEqual(set(self.lines), {f"CONNECT {HOST}:443 HTTP/1.1"})
        self.assertEqual(self.hook.requests, [])

    def test_no_proxy(self):
        for name in ("NO_PROXY", "no_proxy"):
            said = self.told(**{"HTTPS_PROXY": f"http://{self.proxy.url}", name: "example.test",
                                "CURL_CA_BUNDLE": self.ca})
            self.assertIn("not sent yet", said)
            self.assertEqual((self.lines, self.hook.requests), ([], []))

    def test_this_machine_is_reached_directly(self):
        here = self.service()
        self.write(f"""
            name: shop
            notify:
              webhook: {{url: '{here.url}/hook', on: [success]}}
            stages:
              unit: {{run: 'true'}}
        """)
        proxy = f"http://{self.proxy.url}"
        self.assertNotIn("warning", self.told(http_proxy=proxy, ALL_PROXY=proxy))
        self.assertEqual((self.lines, len(here.requests)), ([], 1))


if __name__ == "__main__":
    main()
