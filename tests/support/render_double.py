"""A double of Render's API, as its reference describes it: deploys of one service, which get live or
fail as the test says, when the test says."""
import http.server
import json
import threading
import urllib.parse


class RenderDouble:
    """`behaviour` maps a commit or image to how its deploy ends: live (default), build_failed, stuck."""

    KEY, SERVICE, HOOK = "rnd_test-key-of-the-double", "srv-1", "/deploy/srv-1"

    def __init__(self):
        self.deploys, self.calls, self.behaviour, self.faults = [], [], {}, []
        self.queued = False  # answer 202 without a body
        self.hangs = ()  # methods that are taken and never answered
        self._released = threading.Event()
        self._lock = threading.Lock()
        double = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                double.answer(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.root = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._released.set()
        self.server.shutdown()
        self.server.server_close()

    def live(self):
        return next((d for d in self.deploys if d["status"] == "live"), None)

    def answer(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(request.path)
        with self._lock:
            self.calls.append((request.command, request.path, body.decode()))
            if request.command in self.hangs:
                status = None
            else:
                status, headers, value = self._route(request, url, body)
        if status is None:
            self._released.wait()
            return
        text = b"" if value is None else json.dumps(value).encode()
        request.send_response(status)
        for name, header in {"Content-Length": str(len(text)), **headers}.items():
            request.send_header(name, header)
        request.end_headers()
        request.wfile.write(text)

    def _route(self, request, url, body):
        if self.faults and self.faults[0][0] == request.command:
            _, status, headers, *still = self.faults.pop(0)
            if still:  # what was asked for is done, and nobody learns of it
                self._service(request.command, url.path[len(f"/v1/services/{self.SERVICE}"):], json.loads(body))
            return status, headers, {"message": "trouble of the double"}
        if url.path == self.HOOK:
            query = urllib.parse.parse_qs(url.query)
            if query.get("key") != ["hook-key-of-the-double"]:
                return 401, {}, {"message": "wrong key"}
            return 200, {}, {"deploy": {"id": self._begin(query.get("ref", [""])[0],
                                                          query.get("imgURL", [""])[0])["id"]}}
        if request.headers.get("Authorization") != f"Bearer {self.KEY}":
            return 401, {}, {"message": "Unauthorized"}
        base = f"/v1/services/{self.SERVICE}"
        if not url.path.startswith(base + "/"):
            return 404, {}, {"message": "not found: service"}
        return self._service(request.command, url.path[len(base):], json.loads(body or b"null"))

    def _service(self, method, path, body):
        if (method, path) == ("GET", "/deploys"):
            return 200, {}, [{"deploy": d, "cursor": d["id"]} for d in self.deploys]
        if method == "GET":
            found = [d for d in self.deploys if path == f"/deploys/{d['id']}"]
            if not found:
                return 404, {}, {"message": "not found: deploy"}
            shown = dict(found[0])
            self._advance(found[0])
            return 200, {}, shown
        if (method, path) == ("POST", "/deploys"):
            begun = self._begin(body.get("commitId", ""), body.get("imageUrl", ""))
        elif (method, path) == ("POST", "/rollback"):
            old = next(d for d in self.deploys if d["id"] == body["deployId"])
            begun = self._begin(old["commit"]["id"], old["image"]["ref"])
        else:
            return 501, {}, {"message": f"the double lacks {method} {path}"}
        return (202, {}, None) if self.queued else (201, {}, begun)

    def _begin(self, commit, image):
        begun = {"id": f"dep-{len(self.deploys) + 1}", "status": "created", "trigger": "api",
                 "commit": {"id": commit}, "image": {"ref": image}}
        self.deploys.insert(0, begun)
        return begun

    def _advance(self, deploy):
        """A look at it takes it one step further."""
        end = self.behaviour.get(deploy["commit"]["id"] or deploy["image"]["ref"], "live")
        following = {"created": "build_in_progress", "build_in_progress": end}
        if end == "stuck" and deploy["status"] == "build_in_progress":
            return
        new = following.get(deploy["status"], deploy["status"])
        if new == "live" and deploy["status"] != "live":
            for other in self.deploys:
                if other["status"] == "live":
                    other["status"] = "deactivated"
        deploy["status"] = new
