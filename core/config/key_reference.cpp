#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/config/keys.hpp"
#include "core/config/not_built.hpp"
#include "core/config/schema.hpp"

namespace pipectl::config {
namespace {

using Json = nlohmann::json;

/// A schema fragment in words for a table: `text`, `boolean`, `sh`, `bash`.
std::string in_words(const Json& type);

std::string joined(const Json& choices) {
  std::string text;
  for (const auto& one : choices) {
    const std::string words = one.is_string() ? one.get<std::string>() : in_words(one);
    const std::string addition = (text.empty() ? "" : " or ") + words;
    if (!words.empty() && text.find(words) == std::string::npos) text += addition;
  }
  return text;
}

std::string in_words(const Json& type) {
  if (!type.is_object()) return "anything";
  if (type.contains("$ref")) {
    const auto ref = type["$ref"].get<std::string>();
    return ref.substr(ref.rfind('/') + 1);
  }
  if (type.contains("const")) return fmt::format("`{}`", type["const"].dump());
  if (type.contains("enum")) {
    std::string text;
    for (const auto& one : type["enum"])
      text += fmt::format("{}`{}`", text.empty() ? "" : ", ",
                          one.is_string() ? one.get<std::string>() : one.dump());
    return text;
  }
  for (const auto* key : {"anyOf", "oneOf", "allOf"})
    if (type.contains(key)) return joined(type[key]);
  if (!type.contains("type")) return "anything";
  const Json& name = type["type"];
  if (name == "array" && type.contains("items")) return "list of " + in_words(type["items"]);
  if (name == "object") return "mapping";
  return name.is_array() ? joined(name) : name.get<std::string>();
}

/// `|` would end a cell.
std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
    text.insert(at, 1, '\\');
  return text;
}

template <class Keys>
std::string table(const Keys& keys) {
  std::string out = "| key | value | |\n|---|---|---|\n";
  for (const KeyDoc& key : keys) {
    const Json type = Json::parse(key.type, nullptr, false);
    out += fmt::format("| `{}` | {} | {} |\n", key.name, cell(in_words(type)),
                       cell(std::string(key.summary)));
  }
  return out;
}

std::string_view word_for(Place place) noexcept {
  switch (place) {
    case Place::pipeline_key:
      return "top-level key";
    case Place::stage_key:
      return "stage key";
    case Place::kind:
      return "kind";
    case Place::executor:
      return "executor";
    case Place::check:
      break;
  }
  return "check";
}

std::string later() {
  std::string out = "\n## Not built in this version\n\n| word | as | meanwhile |\n|---|---|---|\n";
  for (const auto& entry : not_built())
    out += fmt::format("| `{}` | {} | {} |\n", entry.name, word_for(entry.place),
                       cell(std::string(entry.hint)));
  return out;
}

std::string tool_row(const ToolPreset& tool) {
  std::string gate;
  for (const auto& [metric, bound] : tool.gate)
    gate += fmt::format("{}`{}: {}`", gate.empty() ? "" : ", ", metric, bound);
  return fmt::format("| `{}` | {} | {} | {} | {} |\n", tool.name, tool.kind,
                     cell(std::string(tool.summary)), gate.empty() ? "its exit code" : gate,
                     tool.image.empty() ? "none" : fmt::format("`{}`", tool.image));
}

}  // namespace

std::string key_reference(const Registry& registry) {
  std::string out = "# Keys\n";
  for (const Section section : all_sections)
    out += fmt::format("\n## {}\n\n{}", to_string(section), table(keys(section)));
  out += "\n## Kinds of stages\n";
  for (const auto& kind : registry.stage_kinds())
    out += fmt::format("\n### `kind: {}`\n\n{}.\n\n{}", kind->name(), kind->summary(),
                       table(registry.keys_of(*kind)));
  out += "\n## Strategies of a deploy\n\n";
  std::vector<KeyDoc> strategies;
  for (const auto& strategy : registry.deploy_strategies())
    strategies.push_back({strategy->name(), strategy->type(), strategy->summary()});
  out += table(strategies);
  out += "\n## Health checks\n";
  for (const auto& check : registry.health_checks())
    out += fmt::format("\n### `{}`\n\n{}.\n\n{}", check->name(), check->summary(),
                       table(check->keys()));
  out += "\n## Report formats\n\n| format | |\n|---|---|\n";
  for (const auto& reader : registry.report_readers())
    out += fmt::format("| `{}` | {} |\n", reader->name(), cell(std::string(reader->summary())));
  out += "\n## Tools\n\n| tool | kind | | default gate | image |\n|---|---|---|---|---|\n";
  for (const auto& tool : registry.tools()) out += tool_row(tool);
  out += "\n## Notifiers\n";
  for (const auto& notifier : registry.notifiers())
    out += fmt::format("\n### `{}`\n\n{}.\n\n{}", notifier->name(), notifier->summary(),
                       table(notifier->keys()));
  out += "\n## Sources of secrets\n\n";
  std::vector<KeyDoc> providers;
  for (const auto& provider : registry.secret_providers())
    providers.push_back({provider->name(), provider->type(), provider->summary()});
  return out + table(providers) + later();
}

}  // namespace pipectl::config
