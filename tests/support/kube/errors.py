"""Failures as the API server words them: a Status object with a code and a reason."""


class ApiError(Exception):
    def __init__(self, code, reason, message, details=None, headers=None):
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message
        self.details, self.headers = details, headers or {}

    def status(self):
        body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                "message": self.message, "reason": self.reason, "code": self.code}
        if self.details:
            body["details"] = self.details
        return body


def _details(kind, name, causes=None):
    details = {"name": name, "kind": kind.plural}
    if kind.group:
        details["group"] = kind.group
    if causes:
        details["causes"] = causes
    return details


def not_found(kind, name):
    return ApiError(404, "NotFound", f'{kind.resource} "{name}" not found', _details(kind, name))


def already_exists(kind, name):
    return ApiError(409, "AlreadyExists", f'{kind.resource} "{name}" already exists',
                    _details(kind, name))


def conflict(kind, name, why="the object has been modified; please apply your changes to the "
                             "latest version and try again"):
    return ApiError(409, "Conflict", f'Operation cannot be fulfilled on {kind.resource} "{name}": {why}',
                    _details(kind, name))


def invalid(kind, name, causes):
    """`causes` are pairs of a field and what is wrong with it."""
    found = [{"reason": "FieldValueInvalid", "message": text, "field": field}
             for field, text in causes]
    text = ", ".join(f"{field}: {text}" for field, text in causes)
    if len(causes) > 1:
        text = f"[{text}]"
    who = f"{kind.kind}.{kind.group}" if kind.group else kind.kind
    details = _details(kind, name, found) | {"kind": kind.kind}
    return ApiError(422, "Invalid", f'{who} "{name}" is invalid: {text}', details)


def bad_request(message):
    return ApiError(400, "BadRequest", message)


def forbidden(kind, name, why):
    return ApiError(403, "Forbidden", f'{kind.resource} "{name}" is forbidden: {why}',
                    _details(kind, name))


class NotCovered(Exception):
    """Something that the double does not do: the test that caused it must fail."""
