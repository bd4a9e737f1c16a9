"""Real git servers on free ports of 127.0.0.1, for the tests: git daemon, git-http-backend behind
nginx and fcgiwrap with TLS of a private CA, and sshd.

Every server is a context manager: it is ready inside and gone afterwards. Where a program is
missing, the test fails when CI=true, and is skipped with the reason otherwise.
"""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import unittest

READY_WITHIN = 30  # seconds; a server that is not up by then will not be


def need(program):
    """The path of a program that the tests need; sbin folders too."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    found = shutil.which(program, path=path)
    if found:
        return found
    if os.environ.get("CI") == "true":
        raise AssertionError(f"{program} is not installed; scripts/test installs it")
    raise unittest.SkipTest(f"{program} is not installed")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process):
    """Until something listens. The kernel tells only whoever connects, hence the retries."""
    tick = threading.Event()
    for _ in range(READY_WITHIN * 20):
        if process.poll() is not None:
            raise AssertionError(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        tick.wait(0.05)
    raise AssertionError(f"{process.args[0]} does not listen on {port}")


@contextlib.contextmanager
def running(arguments, port, **options):
    log = options.pop("log", subprocess.DEVNULL)
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log,
                               stderr=log, start_new_session=True, **options)
    try:
        if port:
            wait_for_port(port, process)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


class Git:
    """Runs git with no configuration but its own."""

    def __init__(self, home):
        self.home = pathlib.Path(home)
        self.env = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_AUTHOR_NAME": "Ada Lovelace", "GIT_AUTHOR_EMAIL": "ada@example.com",
                    "GIT_COMMITTER_NAME": "Ada Lovelace", "GIT_COMMITTER_EMAIL": "ada@example.com",
                    "GIT_AUTHOR_DATE": "1700000000 +0000",
                    "GIT_COMMITTER_DATE": "1700000000 +0000",
                    "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow",
                    "GIT_CONFIG_VALUE_0": "always", "LC_ALL": "C.UTF-8"}

    def __call__(self, *arguments, cwd=None, data=None):
        done = subprocess.run([need("git"), *map(str, arguments)], cwd=cwd, env=self.env,
                              input=data, capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"git {arguments}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace").strip()

    def init(self, path):
        self("init", "-q", "-b", "main", path)
        return pathlib.Path(path)

    def commit(self, repository, files, message="change"):
        for name, content in files.items():
            path = pathlib.Path(repository) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self("add", "-A", cwd=repository)
        self("commit", "-q", "--allow-empty", "-m", message, cwd=repository)
        return self("rev-parse", "HEAD", cwd=repository)


@contextlib.contextmanager
def git_daemon(root):
    port = free_port()
    with running([need("git"), "daemon", f"--base-path={root}", f"--port={port}",
                  "--listen=127.0.0.1", "--export-all", "--reuseaddr"], port):
        yield port


def make_certificates(folder, names="DNS:localhost,IP:127.0.0.1"):
    """A CA of its own and a certificate for these names."""
    openssl = need("openssl")
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)

    def run(*arguments):
        subprocess.run([openssl, *map(str, arguments)], check=True, capture_output=True)

    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test CA",
        "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
        "-keyout", folder / "server.key", "-out", folder / "server.csr")
    (folder / "names").write_text(f"subjectAltName={names}\n")
    run("x509", "-req", "-in", folder / "server.csr", "-CA", folder / "ca.pem",
        "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "2",
        "-extfile", folder / "names", "-out", folder / "server.pem")
    return folder


NGINX = """
daemon off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/error.log; {user}
events {{ worker_connections 64; }}
http {{
  access_log {work}/access.log;
  client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
  server {{
    listen 127.0.0.1:{https} ssl; listen 127.0.0.2:{https} ssl; listen 127.0.0.1:{http};
    ssl_certificate {certificates}/server.pem; ssl_certificate_key {certificates}/server.key;
    location /private/ {{ auth_basic git; auth_basic_user_file {work}/passwords;
      rewrite ^/private(/.*)$ $1 break; include {work}/backend; }}
    location ~ ^/moved/(.*)$ {{ return 301 https://localhost:{https}/private/$1$is_args$args; }}
    location ~ ^/away/(.*)$ {{ return 302 https://127.0.0.1:{https}/$1$is_args$args; }}
    location ~ ^/away-private/(.*)$ {{
      return 302 https://127.0.0.1:{https}/private/$1$is_args$args; }}
    location ~ ^/down/(.*)$ {{ return 302 http://localhost:{http}/$1$is_args$args; }}
    location ~ ^/round/(.*)$ {{ return 307 https://localhost:{https}/round/$1$is_args$args; }}
    location ~ ^/broken/ {{ return 503; }}
    location ~ ^/forbidden/ {{ return 403; }}
    location / {{ include {work}/backend; }}
  }}
}}
"""

BACKEND = """
fastcgi_pass unix:{work}/fcgi.sock;
fastcgi_param SCRIPT_FILENAME {backend};
fastcgi_param GIT_HTTP_EXPORT_ALL 1;
fastcgi_param GIT_PROJECT_ROOT {root};
fastcgi_param PATH_INFO $uri;
fastcgi_param REQUEST_METHOD $request_method;
fastcgi_param QUERY_STRING $query_string;
fastcgi_param CONTENT_TYPE $content_type;
fastcgi_param CONTENT_LENGTH $content_length;
fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
fastcgi_param REMOTE_USER $remote_user;
fastcgi_param REMOTE_ADDR $remote_addr;
"""


class WebServer:
    def __init__(self, https, http, work):
        self.https, self.http, self.work = https, http, work

    def requests(self):
        return (self.work / "access.log").read_text().splitlines()


@contextlib.contextmanager
def web_server(root, work, certificates, user="ada", password="s3cret"):
    """https and http; what lies below /private/ wants a login."""
    work = pathlib.Path(work)
    work.mkdir(parents=True)
    nginx, fcgiwrap, openssl = need("nginx"), need("fcgiwrap"), need("openssl")
    hashed = subprocess.run([openssl, "passwd", "-apr1", password], check=True,
                            capture_output=True, text=True).stdout.strip()
    (work / "passwords").write_text(f"{user}:{hashed}\n")
    exec_path = subprocess.run([need("git"), "--exec-path"], check=True, capture_output=True,
                               text=True).stdout.strip()
    (work / "backend").write_text(BACKEND.format(
        work=work, root=root, backend=exec_path + "/git-http-backend"))
    server = WebServer(free_port(), free_port(), work)
    root_user = "user root;" if os.geteuid() == 0 else ""
    (work / "nginx.conf").write_text(NGINX.format(
        work=work, https=server.https, http=server.http, certificates=certificates,
        user=root_user))
    environment = {"PATH": os.environ["PATH"], "HOME": str(work), "GIT_CONFIG_COUNT": "1",
                   "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    with running([fcgiwrap, "-c", "2", "-s", f"unix:{work}/fcgi.sock"], None, env=environment):
        with running([nginx, "-p", str(work), "-c", str(work / "nginx.conf"),
                      "-e", str(work / "error.log")], server.https):
            yield server


SSHD = """
Port {port}
ListenAddress 127.0.0.1
HostKey {work}/host_key
PidFile {work}/sshd.pid
AuthorizedKeysFile {work}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
"""


class SshServer:
    def __init__(self, port, work):
        self.port, self.work = port, work

    def host_key(self):
        kind, key = (self.work / "host_key.pub").read_text().split()[:2]
        return f"[127.0.0.1]:{self.port} {kind} {key}\n"


def make_key(path, kind="ed25519"):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([need("ssh-keygen"), "-q", "-t", kind, "-N", "", "-C", "test", "-f", str(path)],
                   check=True)
    return path


@contextlib.contextmanager
def ssh_server(work, authorized):
    """sshd for the user of the test; `authorized` are public key files."""
    work = pathlib.Path(work)
    work.mkdir(parents=True)
    sshd = need("sshd")
    need("ssh")
    if os.geteuid() == 0:
        pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    make_key(work / "host_key")
    (work / "authorized_keys").write_text("".join(pathlib.Path(k).read_text() for k in authorized))
    server = SshServer(free_port(), work)
    (work / "sshd_config").write_text(SSHD.format(port=server.port, work=work))
    with open(work / "log", "wb") as log:
        with running([sshd, "-D", "-e", "-f", str(work / "sshd_config")], server.port, log=log):
            yield server
