#include "cli/schema/definitions.hpp"

namespace pipectl::cli {

const std::string_view fixed_definitions = R"json({
  "text": {"type": ["string", "number", "boolean", "null"]},
  "texts": {
    "anyOf": [
      {"$ref": "#/$defs/text"},
      {"type": "array", "items": {"$ref": "#/$defs/text"}}
    ]
  },
  "name": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"},
  "names": {
    "anyOf": [
      {"$ref": "#/$defs/name"},
      {"type": "array", "items": {"$ref": "#/$defs/name"}}
    ]
  },
  "env": {
    "type": "object",
    "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
    "additionalProperties": {"$ref": "#/$defs/text"}
  },
  "duration": {
    "description": "500ms, 90s, 15m, 1h30m, 2d; a bare number is seconds",
    "anyOf": [
      {"type": "integer", "minimum": 0},
      {"type": "string", "pattern": "^([0-9]+(ms|s|m|h|d)?)+$"}
    ]
  },
  "condition": {
    "description": "An expression: branch == 'main' && !failure()",
    "type": ["string", "boolean"]
  },
  "templates": {
    "anyOf": [
      {"type": "string", "pattern": "^\\."},
      {"type": "array", "items": {"type": "string", "pattern": "^\\."}}
    ]
  },
  "requires": {
    "anyOf": [
      {"$ref": "#/$defs/texts"},
      {"type": "object", "additionalProperties": {"enum": ["skip", "required"]}}
    ]
  },
  "allow_failure": {
    "anyOf": [
      {"type": "boolean"},
      {"type": "integer", "minimum": 1, "maximum": 255},
      {"type": "array", "minItems": 1,
       "items": {"type": "integer", "minimum": 1, "maximum": 255}}
    ]
  },
  "retry_causes": {
    "anyOf": [
      {"enum": ["exit-code", "timeout", "infra"]},
      {"type": "array", "items": {"enum": ["exit-code", "timeout", "infra"]}}
    ]
  },
  "row": {"type": "object", "additionalProperties": {"$ref": "#/$defs/text"}},
  "params": {"type": "object", "additionalProperties": {"$ref": "#/$defs/param"}},
  "secrets": {"type": "object", "additionalProperties": {"$ref": "#/$defs/secret"}},
  "environments": {"type": "object", "additionalProperties": {"$ref": "#/$defs/environment"}},
  "stages": {
    "type": ["object", "null"],
    "patternProperties": {"^\\.": {"type": "object"}},
    "additionalProperties": {"$ref": "#/$defs/stage"}
  },
  "members": {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"$ref": "#/$defs/stage"}
  }
})json";

}  // namespace pipectl::cli
