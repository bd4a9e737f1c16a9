"""What the real `aws` program asks of EKS and ECR, with the signatures looked at as AWS does: a login that
was not signed with the secret key is refused."""
import base64
import hashlib
import hmac
import http.server
import json
import threading
from urllib.parse import parse_qsl, quote, unquote, urlsplit

REGION, KEY_ID, SECRET_KEY = "eu-central-1", "AKIDTESTEXAMPLE", "secret-key-of-the-aws-double"
TOKEN_PREFIX = "k8s-aws-v1."
ECR_TARGET = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"


class Refused(Exception):
    def __init__(self, status, kind, message):
        super().__init__(message)
        self.status, self.kind = status, kind


def _mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature(request, signed, scope, moment, body_hash):
    """Signature Version 4 of `request` (method, path, pairs of the query, headers by lower-case name)."""
    method, path, query, headers = request
    escaped = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in query)
    canonical = "\n".join([
        method, quote(path, safe="/-_.~"), "&".join(f"{k}={v}" for k, v in escaped),
        *(f"{name}:{' '.join(headers[name].split())}" for name in signed), "", ";".join(signed), body_hash])
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{SECRET_KEY}".encode()
    for part in scope.split("/"):
        key = _mac(key, part)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def is_token_of(token, cluster):
    """Whether a bearer token is what `aws eks get-token` makes for this cluster: a call of STS that was signed
    beforehand, with the cluster's name in a header."""
    if not token.startswith(TOKEN_PREFIX):
        return False
    text = token[len(TOKEN_PREFIX):]
    url = urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    query = dict(parse_qsl(url.query))
    given = query.pop("X-Amz-Signature", "")
    key_id, _, scope = query.get("X-Amz-Credential", "").partition("/")
    signed = query.get("X-Amz-SignedHeaders", "").split(";")
    headers = {"host": url.netloc, "x-k8s-aws-id": cluster}
    if not (url.netloc == f"sts.{REGION}.amazonaws.com" and query.get("Action") == "GetCallerIdentity"
            and key_id == KEY_ID and signed == sorted(headers)):
        return False
    empty = hashlib.sha256(b"").hexdigest()
    right = signature(("GET", url.path, list(query.items()), headers), signed, scope,
                      query.get("X-Amz-Date", ""), empty)
    return hmac.compare_digest(right, given)


class Aws(http.server.ThreadingHTTPServer):
    """`clusters` maps a name to its endpoint and certificate; `password` is the registry's."""

    daemon_threads = True

    def __init__(self, clusters, password):
        super().__init__(("127.0.0.1", 0), Handler)
        self.clusters, self.password = clusters, password
        self.asked = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def close(self):
        self.shutdown()
        self.server_close()

    def answer(self, method, path, headers):
        if headers.get("x-amz-target") == ECR_TARGET:
            token = base64.b64encode(f"AWS:{self.password}".encode()).decode()
            return {"authorizationData": [{"authorizationToken": token, "expiresAt": 4102444800,
                                           "proxyEndpoint": "https://registry.example"}]}
        name = path.removeprefix("/clusters/")
        if method == "GET" and name in self.clusters:
            endpoint, certificate = self.clusters[name]
            return {"cluster": {
                "name": name, "status": "ACTIVE", "endpoint": endpoint,
                "arn": f"arn:aws:eks:{REGION}:123456789012:cluster/{name}",
                "certificateAuthority": {"data": base64.b64encode(certificate).decode()}}}
        raise Refused(404, "ResourceNotFoundException", f"No cluster found for name: {name}.")


class Handler(http.server.BaseHTTPRequestHandler):
    def _any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        url = urlsplit(self.path)
        try:
            self._check(url, headers, body)
            status, answer = 200, self.server.answer(self.command, unquote(url.path), headers)
        except Refused as refused:
            status, answer = refused.status, {"__type": refused.kind, "message": str(refused)}
        self.server.asked.append((self.command, url.path, headers.get("x-amz-target", ""), status))
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        if status != 200:
            self.send_header("x-amzn-ErrorType", answer["__type"])
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _check(self, url, headers, body):
        kind, _, rest = headers.get("authorization", "").partition(" ")
        parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        key_id, _, scope = parts.get("Credential", "").partition("/")
        if kind != "AWS4-HMAC-SHA256" or key_id != KEY_ID:
            raise Refused(400 if "x-amz-target" in headers else 403, "UnrecognizedClientException",
                          "The security token included in the request is invalid.")
        request = (self.command, unquote(url.path), parse_qsl(url.query), headers)
        right = signature(request, parts["SignedHeaders"].split(";"), scope, headers["x-amz-date"],
                          hashlib.sha256(body).hexdigest())
        if not hmac.compare_digest(right, parts["Signature"]):
            raise Refused(403, "InvalidSignatureException", "The request signature we calculated does not "
                          "match the signature you provided.")

    do_GET = do_POST = _any

    def log_message(self, *_):
        pass
