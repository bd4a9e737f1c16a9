#!/usr/bin/env python3
"""Measures the load generator beside other load tools and a bare libcurl loop, against one nginx with
one worker on this machine.

  tests/bench/load.py --pipectl build/release/pipectl --floor build/release/tests/bench/curl_loop
      [--seconds 5] [--rounds 3] [--connections 64] [--rate 1000] [--npm FOLDER] [--check]

Three comparisons:
  throughput   the same number of connections, as fast as it goes: requests for each second of the
               tool's own processor time (a busy machine changes that little), and requests a second
  percentiles  the same rate: what each tool says of the same server
  stall        the same rate, and the server stands still for a second: who tells of it

Where the machine has two cores, nginx keeps to one and each tool, with all its threads, to another: no tool
takes time from what it measures. nginx counts the requests, not the tools. Tools that are not there are left out and named; autocannon and
Artillery are looked for in PATH and in FOLDER/node_modules/.bin. --check exits 1 when the first target
(0.7 times the loop, ahead of hey) is missed."""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("--pipectl", required=True)
parser.add_argument("--floor", required=True)
parser.add_argument("--seconds", type=int, default=5)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--connections", type=int, default=64)
parser.add_argument("--rate", type=int, default=1000)
parser.add_argument("--npm", default=".")
parser.add_argument("--check", action="store_true")
args = parser.parse_args()

PIPECTL = str(pathlib.Path(args.pipectl).resolve())
FLOOR = str(pathlib.Path(args.floor).resolve())
NPM = pathlib.Path(args.npm).resolve() / "node_modules/.bin"
POINTS = ("50", "95", "99")
CORES = os.sched_getaffinity(0)
OF_NGINX, OF_TOOLS = min(CORES), max(CORES)


def keep_to(core):
    """What a new process does first: its threads and children inherit it."""
    return lambda: os.sched_setaffinity(0, {core})


CONFIG = """
worker_processes 1; daemon off; error_log stderr crit; pid {folder}/pid;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 200 'ok'; }}
    location /count {{ stub_status; }}
  }}
}}
"""


class Nginx:
    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, port=port))
        self.process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")],
                                        preexec_fn=keep_to(OF_NGINX))
        while True:
            try:
                self.count()
                return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("nginx ended")
                time.sleep(0.02)

    def count(self):
        text = urllib.request.urlopen(self.url + "count", timeout=10).read().decode()
        return int(re.search(r"requests\s+\d+ \d+ (\d+)", text)[1])

    def worker(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(children.split()[0])

    def stand_still(self, after, seconds):
        def pause():
            asked = 1  # by this loop; some tools need seconds until their first request
            while self.count() - before <= asked:
                asked += 1
                time.sleep(0.02)
            time.sleep(after)
            os.kill(worker, signal.SIGSTOP)
            time.sleep(seconds)
            os.kill(worker, signal.SIGCONT)
        worker, before = self.worker(), self.count()
        thread = threading.Thread(target=pause)
        thread.start()
        return thread

    def stop(self):
        self.process.terminate()
        self.process.wait()


def spent(argv, folder):
    """What it printed, and the processor seconds of it and its children."""
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(argv, cwd=folder, stdout=out, stderr=subprocess.DEVNULL,
                                   preexec_fn=keep_to(OF_TOOLS))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{argv} ended with {process.returncode}")
        out.seek(0)
        return out.read(), usage.ru_utime + usage.ru_stime


class Pipectl:
    name = "pipectl"

    def _run(self, url, folder, load):
        (folder / "pipeline.yaml").write_text(
            "stages: {load: {kind: perf, load: {url: '%s', %s, duration: %ds}}}\n" % (url, load, args.seconds))
        shutil.rmtree(folder / ".pipectl", ignore_errors=True)
        _, processor = spent([PIPECTL, "run", "--quiet", "--ui", "plain"], folder)
        return json.loads((folder / ".pipectl-reports/load/load.json").read_text())["all"], processor

    def closed(self, url, folder):
        return self._run(url, folder, f"users: {args.connections}")[1]

    def open(self, url, folder):
        told, _ = self._run(url, folder, f"rate: {args.rate}/s")
        return {point: told["duration_ms"]["p" + point] for point in POINTS}


class Loop:
    name = "libcurl loop"

    def closed(self, url, folder):
        return spent([FLOOR, url, str(args.connections), str(args.seconds)], folder)[1]


class Wrk:
    """Has no rate: what it can be told is the number of connections only."""
    name = "wrk"

    def closed(self, url, folder):
        return spent(["wrk", "-t1", f"-c{args.connections}", f"-d{args.seconds}s", url], folder)[1]


class Hey:
    name = "hey"

    def closed(self, url, folder):
        return spent(["hey", "-z", f"{args.seconds}s", "-c", str(args.connections), url], folder)[1]

    def open(self, url, folder):
        workers = 50
        out, _ = spent(["hey", "-z", f"{args.seconds}s", "-c", str(workers), "-q",
                           str(args.rate / workers), url], folder)
        return {point: 1000 * float(re.search(rf"{point}%+ in ([\d.]+) secs", out)[1]) for point in POINTS}


class Autocannon:
    name = "autocannon"

    def _run(self, url, folder, *more):
        out, processor = spent([found(self.name), "-c", str(args.connections), "-d", str(args.seconds), "-j",
                                   *more, url], folder)
        return json.loads(out)["latency"], processor

    def closed(self, url, folder):
        return self._run(url, folder)[1]

    def open(self, url, folder):
        latency, _ = self._run(url, folder, "-R", str(args.rate))
        return {"50": latency["p50"], "95": latency["p97_5"], "99": latency["p99"]}


class Artillery:
    """At a rate it makes a new user, and a new connection, for each request."""
    name = "artillery"
    UNTIL = """
        let end;
        module.exports = {goOn: (context, next) => next(Date.now() < (end ??= Date.now() + %d))};
        """

    def _run(self, url, folder, phase, flow):
        script = {"config": {"target": url, "phases": [phase], "processor": "./until.js"},
                  "scenarios": [{"flow": [flow]}]}
        (folder / "until.js").write_text(self.UNTIL % (1000 * args.seconds))
        (folder / "artillery.json").write_text(json.dumps(script))
        _, processor = spent([found(self.name), "run", "--quiet", "-o", "told.json", "artillery.json"], folder)
        return json.loads((folder / "told.json").read_text())["aggregate"]["summaries"], processor

    def closed(self, url, folder):
        again = {"loop": [{"get": {"url": "/"}}], "whileTrue": "goOn"}
        return self._run(url, folder, {"duration": 1, "arrivalCount": args.connections}, again)[1]

    def open(self, url, folder):
        told = self._run(url, folder, {"duration": args.seconds, "arrivalRate": args.rate},
                         {"get": {"url": "/"}})[0]["http.response_time"]
        return {"50": told["median"], "95": told["p95"], "99": told["p99"]}


def found(name):
    return shutil.which(name) or shutil.which(name, path=str(NPM))


def throughput(server, folder, tools):
    """Requests for each processor second, by tool: each once in every round."""
    per_second, rate = {}, {}
    for _ in range(args.rounds):
        for tool in tools:
            before, start = server.count(), time.perf_counter()
            processor = tool.closed(server.url, folder)
            took = time.perf_counter() - start
            requests = server.count() - before - 1
            per_second.setdefault(tool.name, []).append(requests / processor)
            rate.setdefault(tool.name, []).append(requests / took)
    return ({name: statistics.median(all) for name, all in per_second.items()},
            {name: statistics.median(all) for name, all in rate.items()})


def main():
    tools = [Pipectl(), Loop()]
    for tool in (Wrk(), Hey(), Autocannon(), Artillery()):
        if found(tool.name):
            tools.append(tool)
        else:
            print(f"{tool.name} is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = Nginx(folder)
        try:
            report(server, folder, tools)
        finally:
            server.stop()


def report(server, folder, tools):
    per_second, rate = throughput(server, folder, [t for t in tools if hasattr(t, "closed")])
    floor = per_second["libcurl loop"]
    print(f"{args.connections} connections, {args.seconds}s, median of {args.rounds}, "
          + ("all on one core" if OF_NGINX == OF_TOOLS else "one core for nginx, one for the tool"))
    for name, value in per_second.items():
        print(f"  {name:14} {value:9.0f} requests per processor second  {value / floor:5.2f}x the loop  "
              f"{rate[name]:9.0f}/s")
    print(f"percentiles in ms at {args.rate}/s, by each tool's own word")
    for tool in tools:
        if hasattr(tool, "open"):
            tell(tool, tool.open(server.url, folder))
    print("the same, and the server stands still for 1 s")
    for tool in tools:
        if hasattr(tool, "open"):
            pause = server.stand_still(args.seconds / 2, 1)
            told = tool.open(server.url, folder)
            pause.join()
            tell(tool, told)
    missed = per_second["pipectl"] < 0.7 * floor or per_second["pipectl"] < per_second.get("hey", 0)
    sys.exit(1 if args.check and missed else 0)


def tell(tool, told):
    print(f"  {tool.name:14} " + "  ".join(f"p{point} {value:8.1f}" for point, value in told.items()))


main()
