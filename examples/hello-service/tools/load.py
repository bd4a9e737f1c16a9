"""Starts a built release on a free port, loads it, prints p50 and p95, fails over a limit.

Usage: load.py RELEASE.pyz --requests 500 --workers 4 --p95-ms 250"""
import argparse
import concurrent.futures
import http.client
import re
import subprocess
import sys
import time


def start(release):
    """(process, port) of a release that answers."""
    # The process ends with this script, which holds its only pipe and stops it.
    process = subprocess.Popen([sys.executable, release, "--port", "0"],
                               stdout=subprocess.PIPE, text=True)
    match = re.search(r":(\d+)$", process.stdout.readline().strip())
    if match is None:
        process.kill()
        sys.exit("load: the release did not start")
    return process, int(match.group(1))


def work(port, requests):
    """Seconds that each request of one connection took; nothing for one that failed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    times = []
    for number in range(requests):
        begin = time.perf_counter()
        connection.request("GET", f"/greet?name=user{number}")
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - begin if answer.status == 200 else None)
    connection.close()
    return times


def percentile(times, share):
    """The time that this share of the requests stayed below."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def main():
    """Measures and judges."""
    parser = argparse.ArgumentParser(prog="load.py")
    parser.add_argument("release")
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--p95-ms", type=float, default=250)
    options = parser.parse_args()
    process, port = start(options.release)
    try:
        with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
            share = options.requests // options.workers
            parts = [pool.submit(work, port, share) for _ in range(options.workers)]
            results = [result for part in parts for result in part.result()]
    finally:
        process.terminate()
        process.wait()
    times = [1000 * result for result in results if result is not None]
    errors = len(results) - len(times)
    if not times:
        sys.exit("load: no request succeeded")
    p95 = percentile(times, 0.95)
    print(f"{len(results)} requests, {errors} errors, "
          f"p50 {percentile(times, 0.5):.1f} ms, p95 {p95:.1f} ms (limit {options.p95_ms:g} ms)")
    return 1 if errors or p95 > options.p95_ms else 0


sys.exit(main())
