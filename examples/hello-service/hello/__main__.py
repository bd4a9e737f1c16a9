"""Starts the service: python3 -m hello --port 8080"""
import argparse
import os
import signal
import sys

from hello.app import Service, make_server
from hello.version import VERSION


def main():
    """Serves until SIGTERM."""
    parser = argparse.ArgumentParser(prog="hello")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    parser.add_argument("--ready-fd", type=int, help="told when connections are accepted")
    arguments = parser.parse_args()
    # A release that starts and never gets ready, to see a deploy undo itself.
    ready = os.environ.get("HELLO_NEVER_READY") != "yes"
    server = make_server(Service(VERSION, ready), arguments.host, arguments.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"hello {VERSION} listens on http://{arguments.host}:{server.server_port}", flush=True)
    if arguments.ready_fd is not None:
        with open(arguments.ready_fd, "wb") as starter:
            starter.write(b"listening\n")
    server.serve_forever()


main()
