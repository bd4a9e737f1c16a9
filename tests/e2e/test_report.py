"""`pipectl report`: one HTML page that holds all it shows, opened and clicked through in Chromium."""
import base64
import hashlib
import html.parser
import json
import os
import pathlib
import re
import threading
import unittest
import http.server

import browser
from harness import IN_CI, PipectlTest, main

EVIL = "</script><img src=x onerror=\"window.pwned=1\">"
ESLINT = [{"filePath": "src/app.js", "errorCount": 1, "messages": [
    {"ruleId": "no-eval", "severity": 2, "message": EVIL, "line": 3, "column": 7},
    {"ruleId": "no-var", "severity": 1, "message": "Use let.", "line": 1}]}]
JUNIT = ("<testsuite name='cart'><testcase classname='cart' name='adds' time='0.01'/>"
         "<testcase classname='cart' name='&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;'>"
         "<failure message='want 3&#10;second line'/></testcase></testsuite>")
LOG = ("\033[1;32mPASS\033[0m first\n10%\r100%\n\033[38;5;208morange\033[0m " + EVIL +
       "\n\033]0;title\007needle in the log\n\033[41mNEEDLE\033[0m again\n")
SHOTS = os.environ.get("PIPECTL_SCREENSHOTS")
IS_DEBIAN = "ID=debian" in pathlib.Path("/etc/os-release").read_text().splitlines()


class Markup(html.parser.HTMLParser):
    """Elements, and the text of scripts and styles, as a browser finds them."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.policy, self.open = [], {}, "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "meta" and dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"]

        self.open = dict(attrs).get("type", tag)

    def handle_endtag(self, tag):
        self.open = ""

    def handle_data(self, data):
        self.texts[self.open] = self.texts.get(self.open, "") + data


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


class Report(PipectlTest):
    def files(self):
        self.write(json.dumps(ESLINT), "given/eslint.json")
        self.write(JUNIT, "given/junit.xml")
        (self.folder / "given/log.txt").write_text(LOG)
        self.write("SF:a.js\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\nend_of_record\n", "given/lcov.info")

    def pipeline(self, more=""):
        self.files()
        self.write("""
            name: shop
            stages:
              lint:
                kind: lint
                run: cp given/eslint.json eslint.json; cp given/lcov.info lcov.info
                reports: {eslint: eslint.json, lcov: lcov.info}
                gate: {errors: '<= 1'}
              unit:
                kind: test
                needs: []
                matrix: {on: ['%s', plain], max_parallel: 1}
                run: cat given/log.txt; cp given/junit.xml junit.xml
                reports: {junit: junit.xml}
              after: {run: echo never, needs: [broken]}
              broken: {needs: [lint], run: 'echo "about to fail"; exit 3'}
            %s
            """ % (EVIL, more))

    def report(self, *args):
        path = self.folder / "report.html"
        done = self.pipectl("report", *args, "--output", path, code=0)
        self.assertIn("written to", done.stderr)
        self.assertEqual(done.stdout, "")
        return path

    def test_the_page_is_whole_and_nothing_can_break_out_of_it(self):
        self.pipeline()
        self.pipectl("run", "-k", code=1)
        text = self.pipectl("report", code=0).stdout
        page = Markup(text)
        self.assertEqual([tag for tag, _ in page.elements].count("script"), 2)
        self.assertNotIn("img", [tag for tag, _ in page.elements])
        for tag, attrs in page.elements:
            self.assertNotIn("src", attrs, tag)
            self.assertTrue(attrs.get("href", "#").startswith("#"), attrs)
        for kind, key in (("script-src", "script"), ("style-src", "style")):
            digest = base64.b64encode(hashlib.sha256(page.texts[key].encode()).digest()).decode()
            self.assertIn(f"{kind} 'sha256-{digest}'", page.policy)
        self.assertIn("default-src 'none'", page.policy)
        self.assertNotIn("unsafe", page.policy)
        self.assertNotRegex(page.texts["style"], r"url\(|@import")
        data = json.loads(page.texts["application/json"])
        self.assertEqual(data, {**json.loads(self.pipectl("report", "--json", code=0).stdout),
                                "made": data["made"]})
        stages = {stage["stage"]: stage for stage in data["stages"]}
        self.assertIn(EVIL, stages[f"unit ({EVIL})"]["text"]["head"])
        self.assertEqual(stages["lint"]["findings"]["shown"][0]["message"], EVIL)
        self.assertEqual(stages["unit (plain)"]["tests"]["shown"][0]["outcome"], "failed")

    def test_a_long_log_is_cut_and_the_page_says_where_the_whole_is(self):
        self.write("stages: {talk: {run: seq 1 400000}}\n")
        self.pipectl("run", code=0)
        data = json.loads(self.pipectl("report", "--json", code=0).stdout)
        text = data["stages"][0]["text"]
        log = pathlib.Path(text["path"]).read_text()
        self.assertEqual(text["bytes"], len(log))
        self.assertTrue(log.startswith(text["head"]))
        self.assertTrue(log.endswith(text["tail"]))
        self.assertEqual(len(text["head"]) + text["omitted"] + len(text["tail"]), len(log))
        self.assertLess(len(text["head"]) + len(text["tail"]), 300_000)
        first = text["tail"].splitlines()[0]
        self.assertEqual(log.splitlines()[text["tail_line"] - 1], first)
        self.assertIn("pipectl logs", text["command"])

    def test_what_is_asked_for_is_not_there(self):
        self.write("stages: {a: {run: 'true'}}\n")
        self.assertIn("nothing has run here", self.pipectl("report", code=2).stderr)
        self.pipectl("run", code=0)
        self.pipectl("report", "no-such-run", code=2)
        self.pipectl("report", "--output", self.folder / "no/such/folder/x.html", code=3)

    def test_a_damaged_run_has_a_report(self):
        self.pipeline()
        self.pipectl("run", "-k", code=1)
        run = next((self.folder / ".pipectl/runs").iterdir())
        for file in run.rglob("*"):
            if file.is_file():
                file.write_bytes(b"\xff\x00{\"all\": {\"duration_ms\": 3}}")
        (run / "logs/broken.log").unlink()
        (run / "logs/broken.log").symlink_to("/etc/passwd")
        data = json.loads(self.pipectl("report", "--json", code=0).stdout)
        self.assertEqual(len(data["stages"]), 5)
        self.assertNotIn("root:", json.dumps(data))

    @unittest.skipIf(browser.PROGRAM is None and not (IN_CI and IS_DEBIAN), "no chromium")
    def test_in_a_browser(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.pipeline("""  load:
                kind: perf
                needs: []
                load: {url: 'http://127.0.0.1:%d/', rate: 20/s, duration: 2s}
            """ % server.server_address[1])
        self.pipectl("run", "-k", code=1)
        ESLINT[0]["messages"].append({"ruleId": "no-debugger", "severity": 1, "message": "fresh", "line": 9})
        self.addCleanup(ESLINT[0]["messages"].pop)
        self.files()
        self.write("SF:a.js\nDA:1,1\nDA:2,0\nend_of_record\n", "given/lcov.info")
        self.pipectl("run", "-k", code=1)
        path = self.report()
        with browser.Browser() as chromium:
            self.look_at(chromium.open(path))
            for scheme, width, height in (("light", 390, 844), ("dark", 390, 844), ("dark", 1280, 900)):
                page = chromium.open(path, scheme=scheme, width=width, height=height, mobile=width < 640)
                self.check_frame(page, width)
                back = page.run("getComputedStyle(document.body).backgroundColor")
                bright = sum(map(int, re.findall(r"\d+", back))) > 380
                self.assertEqual(bright, scheme == "light", back)
                self.photograph(page, f"{scheme}-{width}")
            self.photograph(chromium.open(path), "light-1280")

    def check_frame(self, page, width):
        self.assertEqual(page.complaints(), [])
        self.assertEqual([url for url in page.requests() if not url.startswith("file:")], [])
        self.assertLessEqual(page.run("document.documentElement.scrollWidth"), width)
        self.assertIsNone(page.run("window.pwned"))
        self.assertEqual(page.run("document.images.length"), 0)
        self.assertEqual(page.run("[...document.querySelectorAll('section')].map(s => s.id)"),
                         ["overview", "timeline", "stages", "tests", "findings", "load", "trends"])

    def photograph(self, page, name):
        if SHOTS:
            for part in ("overview", "stages", "findings", "load", "trends"):
                page.run(f"document.getElementById('{part}').scrollIntoView()")
                page.screenshot(pathlib.Path(SHOTS) / f"{name}-{part}.png", whole=False)

    def look_at(self, page):
        self.check_frame(page, 1280)
        text = "document.getElementById('%s').textContent"
        self.assertIn("failed", page.run("document.querySelector('header').textContent"))
        self.assertEqual(page.run("document.querySelectorAll('svg.graph g.node').length"), 6)
        self.assertEqual(page.run("document.querySelectorAll('.lane').length"), 5)
        # The stage that failed is open; a click on the graph opens another one.
        self.assertIn("exit code 3", page.run("document.querySelector('details[open]').textContent"))
        page.run("[...document.querySelectorAll('g.node')].find(n => n.textContent.includes('unit (plain)'))"
                 ".dispatchEvent(new MouseEvent('click', {bubbles: true}))")
        log = "[...document.querySelectorAll('details[open]')].find(d => d.textContent.includes('unit (plain)')).querySelector('.log')"
        lines = page.run(f"[...{log}.querySelectorAll('.l > span')].map(l => l.textContent)")
        self.assertEqual(lines[:5], ["PASS first", "100%", "orange " + EVIL, "needle in the log", "NEEDLE again"])
        self.assertEqual(page.run(f"getComputedStyle([...{log}.querySelectorAll('span span')]"
                                  ".find(s => s.textContent === 'orange')).color"), "rgb(255, 135, 0)")
        self.assertEqual(page.run(f"{log}.querySelectorAll('.b').length"), 1)
        # A search counts in all logs, also in those that are closed, and leads from match to match.
        page.run("(i => { i.value = 'needle'; i.dispatchEvent(new Event('input')); })(document.getElementById('search'))")
        page.wait("document.querySelector('[role=status]').textContent === '4 found'")
        page.run("document.querySelector('[aria-label=\"Next match\"]').click()")
        self.assertEqual(page.run("document.querySelector('mark.now').textContent"), "needle")
        self.assertEqual(page.run("document.querySelector('[role=status]').textContent"), "1 of 4")
        page.run("[...document.querySelectorAll('.chip')].find(c => c.textContent === 'Only lines that match').click()")
        self.assertEqual(page.run(f"{log}.querySelectorAll('.l').length"), 2)
        # Findings by severity, new and known; tests.
        self.assertEqual(page.run("document.querySelectorAll('#findings tbody tr').length"), 3)
        self.assertIn("new 1", page.run(text % "findings"))
        self.assertIn("known 2", page.run(text % "findings"))
        page.run("[...document.querySelectorAll('#findings .chip')].find(c => c.textContent === 'new 1').click()")
        page.wait("document.querySelectorAll('#findings tbody tr').length === 1")
        self.assertIn("no-debugger", page.run("document.querySelector('#findings tbody').textContent"))
        self.assertIn("failed 2", page.run(text % "tests"))
        # Load and trends.
        self.assertEqual(page.run("document.querySelectorAll('#load svg.chart').length"), 3)
        self.assertIn("Latency over time", page.run(text % "load"))
        self.assertIn("Duration of the runs", page.run(text % "trends"))
        self.assertIn("Findings", page.run(text % "trends"))
        # Coverage fell from 75% to 50%: drawn so, and told under the pointer.
        coverage = "document.querySelector('#trends svg[aria-label=Coverage]')"
        first, last = page.run(f"[...{coverage}.querySelectorAll('circle')].map(c => Number(c.getAttribute('cy')))")
        self.assertLess(first, last)
        for edge, told in (("left", "lint 75%#1"), ("right", "lint 50%#2")):
            page.run(f"{coverage}.dispatchEvent(new PointerEvent('pointermove',"
                     f" {{clientX: {coverage}.getBoundingClientRect().{edge}}}))")
            self.assertEqual(page.run(f"{coverage}.nextElementSibling.textContent"), told)
        self.assertEqual(page.complaints(), [])


if __name__ == "__main__":
    main()
