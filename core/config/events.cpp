#include <fmt/format.h>

#include <vector>

#include "core/config/keys.hpp"
#include "core/config/sections.hpp"
#include "core/config/values.hpp"
#include "core/model/event_kinds.hpp"

namespace pipectl::config {
namespace {

std::optional<EventKind> read_kind(yaml::Node name, Diagnostics& diagnostics) {
  std::vector<std::string_view> names;
  names.reserve(std::size(all_event_kinds));
  for (const auto kind : all_event_kinds) names.push_back(to_string(kind));
  const auto found = yaml::read_choice(name, "on", names, diagnostics);
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

/// A pushed tag is an event of its own here, which other systems have not.
void warn_of_tags(EventKind kind, yaml::Node rule, const Context& context) {
  const auto tags = rule.find("tags");
  const auto branches = rule.find("branches");
  if (tags && (kind == EventKind::push || kind == EventKind::pull_request))
    context.diagnostics.warning(
        tags->span(),
        fmt::format("`tags` of '{}': a pushed tag is the event 'tag'", to_string(kind)),
        "write `tag: {tags: […]}`");
  if (branches && kind == EventKind::tag)
    context.diagnostics.warning(branches->span(), "`branches` of 'tag': a tag is on no branch",
                                "leave it out");
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
    if (!kind) continue;
    warn_of_tags(*kind, rule, context);
    (*pipeline.on)[*kind] = std::move(read);
  }
}

}  // namespace pipectl::config
