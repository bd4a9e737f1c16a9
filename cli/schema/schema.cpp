#include "cli/schema/schema.hpp"

#include <nlohmann/json.hpp>
#include <span>

#include "cli/schema/definitions.hpp"
#include "core/config/keys.hpp"

namespace pipectl::cli {
namespace {

using Json = nlohmann::ordered_json;
using config::Section;

Json property(const KeyDoc& key) {
  Json json{{"description", key.summary}};
  json.update(Json::parse(key.type));
  return json;
}

Json properties(std::span<const KeyDoc> keys) {
  Json json = Json::object();
  for (const auto& key : keys) json[std::string{key.name}] = property(key);
  return json;
}

// A mapping with exactly the keys of a section.
Json closed(Section section) {
  return Json{{"type", "object"},
              {"properties", properties(config::keys(section))},
              {"additionalProperties", false}};
}

Json either(Json first, Json second) {
  return Json{{"anyOf", Json::array({std::move(first), std::move(second)})}};
}

// The same key may mean different things to two kinds.
void add_alternative(Json& known, const Json& more) {
  if (known == more) return;
  if (!known.contains("anyOf") || known.size() != 1) known = Json{{"anyOf", Json::array({known})}};
  for (const auto& alternative : known["anyOf"])
    if (alternative == more) return;
  known["anyOf"].push_back(more);
}

// What a kind allows, beside the keys of every stage. A stage without `kind` is a `run`.
Json only_keys_of(const StageKind& kind) {
  Json names = Json::array();
  for (const auto name : config::key_names(Section::stage)) names.push_back(name);
  for (const auto& key : kind.keys()) names.push_back(key.name);
  Json is_kind{{"properties", {{"kind", {{"const", kind.name()}}}}}};
  if (kind.name() != "run") is_kind["required"] = Json::array({"kind"});
  return Json{{"if", std::move(is_kind)}, {"then", {{"propertyNames", {{"enum", names}}}}}};
}

Json stage(const Registry& registry) {
  Json all = properties(config::keys(Section::stage));
  Json kinds = Json::array();
  for (const auto& kind : registry.stage_kinds()) {
    kinds.push_back(only_keys_of(*kind));
    for (const auto& key : kind->keys()) {
      const std::string name{key.name};
      if (all.contains(name))
        add_alternative(all[name], property(key));
      else
        all[name] = property(key);
    }
  }
  // A group hands its keys on to its members, and a template may give the kind.
  Json plain{{"not",
              {{"anyOf", Json::array({Json{{"required", {"parallel"}}},
                                      Json{{"required", {"extends"}}}})}}}};
  return Json{{"type", Json::array({"object", "null"})},
              {"properties", std::move(all)},
              {"additionalProperties", false},
              {"if", std::move(plain)},
              {"then", {{"allOf", std::move(kinds)}}}};
}

Json kind_names(const Registry& registry) {
  Json one_of = Json::array();
  for (const auto& kind : registry.stage_kinds())
    one_of.push_back(Json{{"const", kind->name()}, {"description", kind->summary()}});
  return Json{{"anyOf", std::move(one_of)}};
}

Json secret(const Registry& registry) {
  Json sources = Json::object();
  Json one = Json::array();
  for (const auto& provider : registry.secret_providers()) {
    const std::string name{provider->name()};
    sources[name] = Json{{"description", provider->summary()}};
    sources[name].update(Json::parse(provider->type()));
    one.push_back(Json{{"required", Json::array({name})}});
  }
  sources["optional"] = Json{{"type", "boolean"}, {"description", "Whether stages run without it"}};
  return Json{{"type", "object"},
              {"properties", std::move(sources)},
              {"additionalProperties", false},
              {"oneOf", std::move(one)}};
}

// One of the registered checks, with how long and how often it is tried.
Json health_check(const Registry& registry) {
  const Json duration{{"$ref", "#/$defs/duration"}};
  Json any = Json::array();
  for (const auto& kind : registry.health_checks()) {
    const auto keys = kind->keys();
    Json check = properties(keys);
    for (const auto* key : {"within", "interval", "timeout"}) check[key] = duration;
    any.push_back(Json{{"type", "object"},
                       {"description", kind->summary()},
                       {"properties", std::move(check)},
                       {"required", Json::array({kind->name()})},
                       {"additionalProperties", false}});
  }
  return Json{{"anyOf", std::move(any)}};
}

// An environment has values of its own, to be read as environment.NAME.
Json environment() {
  Json json = closed(Section::environment);
  json["additionalProperties"] = Json{{"$ref", "#/$defs/text"}};
  return json;
}

Json matrix() {
  Json json = closed(Section::matrix);
  json["additionalProperties"] =
      Json{{"type", "array"}, {"items", {{"$ref", "#/$defs/text"}}}, {"minItems", 1}};
  return json;
}

Json event_rules() {
  Json rules = closed(Section::event);
  rules["type"] = Json::array({"object", "null"});
  Json names{{"enum", {"manual", "push", "pull_request", "tag"}}};
  Json by_event{{"type", "object"}, {"propertyNames", names}, {"additionalProperties", rules}};
  Json listed = either(names, Json{{"type", "array"}, {"items", names}});
  return either(std::move(listed), std::move(by_event));
}

Json definitions(const Registry& registry) {
  Json json = Json::parse(fixed_definitions);
  json["kind"] = kind_names(registry);
  json["stage"] = stage(registry);
  json["secret"] = secret(registry);
  json["healthCheck"] = health_check(registry);
  json["environment"] = environment();
  json["matrix"] = matrix();
  json["on"] = event_rules();
  json["param"] = closed(Section::param);
  json["param"]["type"] = Json::array({"object", "null"});
  json["defaults"] = closed(Section::defaults);
  json["cache"] = closed(Section::cache);
  json["cache"]["required"] = Json::array({"key", "paths"});
  json["source"] = either(Json{{"type", "string"}}, closed(Section::source));
  json["retry"] =
      either(Json{{"type", "integer"}, {"minimum", 0}, {"maximum", 100}}, closed(Section::retry));
  return json;
}

}  // namespace

std::string json_schema(const Registry& registry) {
  Json json{{"$schema", "http://json-schema.org/draft-07/schema#"},
            {"title", "pipectl pipeline"},
            {"description", "A delivery pipeline for pipectl " PIPECTL_VERSION}};
  json.update(closed(Section::pipeline));
  // Keys that begin with a dot are templates for `extends`.
  json["patternProperties"] = Json{{"^\\.", {{"type", "object"}}}};
  json["required"] = Json::array({"stages"});
  json["$defs"] = definitions(registry);
  return json.dump(2) + '\n';
}

}  // namespace pipectl::cli
