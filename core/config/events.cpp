#include <fmt/format.h>

#include <array>

#include "core/config/keys.hpp"
#include "core/config/sections.hpp"
#include "core/config/values.hpp"

namespace pipectl::config {
namespace {

constexpr std::array<std::string_view, 4> event_names{"manual", "push", "pull_request", "tag"};

std::optional<EventKind> read_kind(yaml::Node name, Diagnostics& diagnostics) {
  const auto found = yaml::read_choice(name, "on", event_names, diagnostics);
  return found ? parse_event_kind(*found) : std::nullopt;
}

EventRule read_rule(yaml::Node key, yaml::Node value, const NameSet& stages,
                    const Context& context) {
  EventRule rule;
  yaml::Reader reader(value, fmt::format("event '{}'", key.text()), context.diagnostics);
  reader.allow(key_names(Section::event));
  rule.branches = read_literals(reader, "branches", check_glob);
  rule.tags = read_literals(reader, "tags", check_glob);
  for (const yaml::Node name : reader.strings("stages")) {
    if (!stages.has(name.text()))
      context.diagnostics.error(name.span(), fmt::format("unknown stage '{}'", name.text()),
                                stages.suggest(name.text()));
    rule.stages.emplace_back(name.text());
  }
  reader.finish();
  return rule;
}

}  // namespace

void read_events(yaml::Node value, const NameSet& stages, Pipeline& pipeline,
                 const Context& context) {
  pipeline.on.emplace();
  if (value.kind() != yaml::Kind::mapping) {
    for (const yaml::Node name : yaml::read_strings(value, "on", context.diagnostics))
      if (const auto kind = read_kind(name, context.diagnostics)) (*pipeline.on)[*kind];
    return;
  }
  for (const auto& [key, rule] : value.entries()) {
    const auto kind = read_kind(key, context.diagnostics);
    auto read = read_rule(key, rule, stages, context);
    if (kind) (*pipeline.on)[*kind] = std::move(read);
  }
}

}  // namespace pipectl::config
