"""What the JSON schemas of CDEvents 0.5 ask of the events that pipectl sends, in the words of JSON Schema: which keys
there may be, which there must be, and what stands in them."""
import datetime
import urllib.parse

import jsonschema

TEXT = {"type": "string"}
SOME = {"type": "string", "minLength": 1}
URI = {"type": "string", "format": "uri"}
REFERENCE = {"type": "string", "minLength": 1, "format": "uri-reference"}
OUTCOME = {"type": "string", "enum": ["success", "failure", "cancel", "error"]}


def only(required, **properties):
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


THING = only(["id"], id=SOME, source=REFERENCE)
SERVICE = only(["environment", "artifactId"], environment=THING, artifactId=SOME)
CONTENTS = {
    "pipelinerun.started": only(["pipelineName", "uri"], pipelineName=TEXT, uri=URI),
    "pipelinerun.finished": only(["pipelineName", "outcome"], pipelineName=TEXT, uri=URI, outcome=OUTCOME, errors=TEXT),
    "taskrun.started": only(["taskName", "pipelineRun"], taskName=TEXT, uri=URI, pipelineRun=THING),
    "taskrun.finished": only(["taskName", "outcome"], taskName=TEXT, uri=URI, pipelineRun=THING, outcome=OUTCOME,
                             errors=TEXT),
    "service.deployed": SERVICE,
    "service.rolledback": SERVICE,
}


def schema_of(name):
    context = only(["specversion", "id", "source", "type", "timestamp"], specversion=SOME, id=SOME, source=REFERENCE,
                   type={"enum": [f"dev.cdevents.{name}.0.3.0"]}, timestamp={"type": "string", "format": "date-time"},
                   schemaUri=URI, chainId=SOME, links={"type": "array"})
    subject = only(["id", "content"], id=SOME, source=REFERENCE, content=CONTENTS[name])
    return only(["context", "subject"], context=context, subject=subject,
                customData={"type": ["object", "string"]}, customDataContentType=TEXT)


FORMATS = jsonschema.FormatChecker(())


@FORMATS.checks("uri", ValueError)
def is_uri(text):
    return bool(urllib.parse.urlsplit(text).scheme) and " " not in text


@FORMATS.checks("uri-reference", ValueError)
def is_reference(text):
    return urllib.parse.urlsplit(text) is not None and not set(text) & set(' <>"\\^`{|}')


@FORMATS.checks("date-time", ValueError)
def is_time(text):
    return datetime.datetime.fromisoformat(text).tzinfo is not None


def problems(event):
    """What is wrong with an event; an empty list: nothing."""
    name = event["context"]["type"].removeprefix("dev.cdevents.").rsplit(".", 3)[0]
    if name not in CONTENTS:
        return [f"no such event: {name}"]
    validator = jsonschema.Draft202012Validator(schema_of(name), format_checker=FORMATS)
    return [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(event)]
