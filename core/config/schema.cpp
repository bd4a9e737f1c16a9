#include "core/config/schema.hpp"

#include <nlohmann/json.hpp>

#include "core/config/keys.hpp"
#include "core/model/event_kinds.hpp"

namespace pipectl::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* name_pattern = "^[A-Za-z][A-Za-z0-9_-]*$";
constexpr const char* variable_pattern = "^(?!PIPECTL_)[A-Za-z_][A-Za-z0-9_]*$";
constexpr const char* program_pattern = R"(^(?!.*\$\{\{)[^/]+$)";
constexpr const char* duration_pattern = R"(^([0-9]+|([0-9]+(ms|s|m|h|d))+)$)";

Json ref(const std::string& name) { return {{"$ref", "#/$defs/" + name}}; }

Json any_of(std::vector<Json> choices) { return {{"anyOf", std::move(choices)}}; }

Json list_of(Json item) { return {{"type", "array"}, {"items", std::move(item)}}; }

/// A fragment of a table; what is no JSON allows everything (a contract test finds it).
Json fragment(std::string_view text) {
  Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_discarded() ? Json(true) : parsed;
}

Json documented(const KeyDoc& key) {
  Json type = fragment(key.type);
  if (type.is_object() && type.contains("$ref"))  // draft 7 ignores what stands beside a $ref
    type = {{"allOf", Json::array({type})}};
  if (type.is_object()) type["description"] = key.summary;
  return type;
}

template <class Keys>
Json properties(const Keys& keys) {
  Json result = Json::object();
  for (const KeyDoc& key : keys) result[std::string(key.name)] = documented(key);
  return result;
}

enum class Others { refused, allowed };

Json object(Section section, Others others = Others::refused) {
  Json result{{"type", "object"}, {"properties", properties(keys(section))}};
  if (others == Others::refused) result["additionalProperties"] = false;
  return result;
}

/// A mapping from names to values; a value may be left empty.
Json map_of(const char* pattern, Json value) {
  return {{"type", "object"},
          {"propertyNames", {{"pattern", pattern}}},
          {"additionalProperties", std::move(value)}};
}

Json or_nothing(Json value) { return any_of({std::move(value), {{"type", "null"}}}); }

Json secret(const Registry& registry) {
  Json result{{"type", "object"},
              {"properties", {{"optional", {{"type", "boolean"}}}}},
              {"additionalProperties", false}};
  Json sources = Json::array();
  for (const auto& provider : registry.secret_providers()) {
    const std::string name(provider->name());
    result["properties"][name] =
        documented({provider->name(), provider->type(), provider->summary()});
    sources.push_back({{"required", Json::array({name})}});
  }
  if (!sources.empty()) result["oneOf"] = std::move(sources);
  return result;
}

/// One of the registered checks, each with its own keys and those of all.
Json health_check(const Registry& registry) {
  std::vector<Json> choices;
  for (const auto& check : registry.health_checks()) {
    Json choice = object(Section::check);
    for (const KeyDoc& key : check->keys())
      choice["properties"][std::string(key.name)] = documented(key);
    choice["required"] = Json::array({check->name()});
    choices.push_back(std::move(choice));
  }
  return choices.empty() ? Json(true) : any_of(std::move(choices));
}

/// A strategy's name, or a mapping from it to its settings.
Json strategy(const Registry& registry) {
  Json names = Json::array();
  Json named{{"type", "object"},
             {"properties", Json::object()},
             {"minProperties", 1},
             {"maxProperties", 1},
             {"additionalProperties", false}};
  for (const auto& one : registry.deploy_strategies()) {
    const std::string name(one->name());
    names.push_back(name);
    named["properties"][name] = or_nothing(documented({one->name(), one->type(), one->summary()}));
  }
  if (names.empty()) return true;
  return any_of({{{"enum", std::move(names)}},
                 {{"type", "string"}, {"pattern", R"(\$\{\{)"}},
                 std::move(named)});
}

/// One or more files for each format.
Json reports(const Registry& registry) {
  Json result{{"type", "object"}, {"minProperties", 1}, {"additionalProperties", false}};
  for (const auto& reader : registry.report_readers())
    result["properties"][std::string(reader->name())] =
        documented({reader->name(), R"({"$ref":"#/$defs/texts"})", reader->summary()});
  return result;
}

/// The keys of each kind; several of one kind are a list.
Json notify(const Registry& registry) {
  Json result{{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
  for (const auto& one : registry.notifiers()) {
    Json entry{{"type", {"object", "null"}},
               {"description", one->summary()},
               {"properties", properties(one->keys())},
               {"additionalProperties", false}};
    result["properties"][std::string(one->name())] = any_of({entry, list_of(entry)});
  }
  return result;
}

Json kind(const Registry& registry) {
  Json choices = Json::array();
  for (const auto& one : registry.stage_kinds())
    choices.push_back({{"const", one->name()}, {"description", one->summary()}});
  return {{"anyOf", std::move(choices)}};
}

/// When the kind is this one, no other kind's keys are allowed. Without a kind it may be inherited.
Json rule_of(const StageKind& kind, const Registry& registry) {
  Json allowed = Json::array();
  for (const auto name : key_names(Section::stage)) allowed.push_back(name);
  for (const auto& key : registry.keys_of(kind)) allowed.push_back(key.name);
  Json is_kind{
      {"properties", {{"kind", {{"const", kind.name()}}}}},
      {"not",
       {{"anyOf", Json::array({{{"required", {"parallel"}}}, {{"required", {"extends"}}}})}}}};
  is_kind["required"] = Json::array({"kind"});
  return {{"if", std::move(is_kind)},
          {"then", {{"propertyNames", {{"enum", std::move(allowed)}}}}}};
}

Json stage(const Registry& registry) {
  Json result = object(Section::stage);
  Json rules = Json::array();
  for (const auto& one : registry.stage_kinds()) {
    for (const auto& key : registry.keys_of(*one)) {
      Json& property = result["properties"][std::string(key.name)];
      Json type = documented(key);
      if (property.is_null())
        property = std::move(type);
      else if (property != type)
        property = any_of({property, type});
    }
    rules.push_back(rule_of(*one, registry));
  }
  if (!rules.empty()) result["allOf"] = std::move(rules);
  return result;
}

Json matrix() {
  Json result = object(Section::matrix);
  result["additionalProperties"] = {{"type", "array"}, {"items", ref("text")}, {"minItems", 1}};
  return result;
}

Json events() {
  Json names = Json::array();
  for (const auto kind : all_event_kinds) names.push_back(to_string(kind));
  Json rules{{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
  for (const auto& name : names)
    rules["properties"][name.get<std::string>()] = or_nothing(ref("event"));
  const Json name{{"enum", std::move(names)}};
  return any_of({name, list_of(name), std::move(rules)});
}

void add_values(Json& defs) {
  defs["text"] = {{"type", {"string", "number", "boolean"}}};
  defs["texts"] = any_of({ref("text"), list_of(ref("text"))});
  defs["name"] = {{"type", "string"}};
  defs["names"] = any_of({ref("name"), list_of(ref("name"))});
  defs["templates"] = {{"allOf", Json::array({ref("names")})}};
  defs["env"] = map_of(variable_pattern, {{"type", {"string", "number", "boolean", "null"}}});
  defs["duration"] = any_of(
      {{{"type", "integer"}, {"minimum", 0}}, {{"type", "string"}, {"pattern", duration_pattern}}});
  defs["condition"] = {{"type", {"string", "boolean"}}};
  defs["row"] = {{"type", "object"}, {"additionalProperties", ref("text")}};
  const Json cause{{"enum", {"exit-code", "timeout", "infra"}}};
  defs["retry_causes"] = any_of({cause, list_of(cause)});
  defs["retry"] =
      any_of({{{"type", "integer"}, {"minimum", 0}, {"maximum", 100}}, object(Section::retry)});
  const Json program{{"type", "string"}, {"pattern", program_pattern}};
  defs["requires"] = any_of(
      {program, list_of(program), map_of(program_pattern, {{"enum", {"required", "skip"}}})});
  const Json code{{"type", "integer"}, {"minimum", 1}, {"maximum", 255}};
  defs["allow_failure"] = any_of({{{"type", "boolean"}}, code, list_of(code)});
}

void add_containers(Json& defs) {
  defs["image"] = {{"type", "string"}, {"minLength", 1}};
  defs["port"] = {{"type", "integer"}, {"minimum", 1}, {"maximum", 65535}};
  Json in_docker{{"type", "object"},
                 {"properties", {{"docker", object(Section::container)}}},
                 {"required", {"docker"}},
                 {"additionalProperties", false}};
  defs["executor"] = any_of({{{"enum", {"local", "docker"}}}, std::move(in_docker)});
  defs["service_health"] = object(Section::service_health);
  Json service = object(Section::service);
  service["oneOf"] = Json::array({{{"required", {"image"}}}, {{"required", {"compose"}}}});
  defs["services"] = map_of(name_pattern, any_of({ref("image"), std::move(service)}));
}

void add_sections(Json& defs, const Registry& registry) {
  defs["source"] = any_of({{{"type", "string"}}, object(Section::source)});
  defs["params"] = map_of(name_pattern, or_nothing(object(Section::param)));
  defs["secret"] = secret(registry);
  defs["secrets"] = map_of(variable_pattern, ref("secret"));
  Json environment = object(Section::environment, Others::allowed);
  environment["additionalProperties"] = or_nothing(ref("text"));
  defs["environments"] = map_of(name_pattern, or_nothing(std::move(environment)));
  defs["defaults"] = object(Section::defaults);
  Json occasion{{"enum", Json::array()}};
  for (const Occasion one : all_occasions) occasion["enum"].push_back(to_string(one));
  defs["occasions"] = any_of({occasion, list_of(occasion)});
  defs["notify"] = notify(registry);
  defs["event"] = object(Section::event);
  defs["on"] = events();
  defs["cache"] = object(Section::cache);
  defs["reports"] = reports(registry);
  Json tools = Json::array();
  for (const auto& tool : registry.tools()) tools.push_back(tool.name);
  defs["tool"] = {{"enum", std::move(tools)}};
  defs["gate"] = {{"type", "object"}, {"minProperties", 1}, {"additionalProperties", ref("text")}};
  defs["waiver"] = object(Section::waiver);
  defs["waiver"]["required"] = Json::array({"reason", "expires"});
  defs["flaky"] = object(Section::flaky);
  defs["quarantine"] = object(Section::quarantine);
  defs["quarantine"]["required"] = Json::array({"test", "reason", "expires"});
  defs["matrix"] = matrix();
  defs["healthCheck"] = health_check(registry);
  defs["strategy"] = strategy(registry);
  defs["kind"] = kind(registry);
  defs["stage"] = stage(registry);
  defs["members"] = map_of(name_pattern, ref("stage"));
  defs["stages"] = map_of("^[.]|^[A-Za-z][A-Za-z0-9_-]*$", ref("stage"));
}

}  // namespace

std::string json_schema(const Registry& registry) {
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"title", "pipectl pipeline"},
              {"type", "object"},
              {"properties", properties(keys(Section::pipeline))},
              {"patternProperties", {{"^[.]", true}}},
              {"additionalProperties", false},
              {"$defs", Json::object()}};
  add_values(schema["$defs"]);
  add_containers(schema["$defs"]);
  add_sections(schema["$defs"], registry);
  return schema.dump(2) + "\n";
}

}  // namespace pipectl::config
