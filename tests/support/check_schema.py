#!/usr/bin/python3
"""check_schema.py SCHEMA FILES…: what the schema says against each YAML file, as JSON.

With Debian's python3-jsonschema and python3-yaml, read as YAML 1.2 does: `on` is a key, not true."""
import json
import re
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    pass


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))

with open(sys.argv[1]) as file:
    schema = json.load(file)
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
validator = kind(schema)
problems = {}
for name in sys.argv[2:]:
    with open(name) as file:
        problems[name] = [error.message for error in validator.iter_errors(yaml.load(file, Loader))]
print(json.dumps(problems))
