#include "core/plan/event_filter.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace pipectl::plan {
namespace {

std::string_view branch_of(const Event& event) {
  const bool has_target = event.kind == EventKind::pull_request && !event.target_branch.empty();
  return has_target ? event.target_branch : event.branch;
}

std::string named(std::string_view what, std::string_view name) {
  return name.empty() ? fmt::format("no {}", what) : fmt::format("{} '{}'", what, printable(name));
}

std::string wanted(const EventRule& rule) {
  std::string out;
  if (!rule.branches.empty()) out = "branches " + join(rule.branches, ", ");
  if (!rule.branches.empty() && !rule.tags.empty()) out += " and ";
  if (!rule.tags.empty()) out += "tags " + join(rule.tags, ", ");
  return out;
}

}  // namespace

bool ref_matches(const std::vector<std::string>& patterns, std::string_view name) {
  if (patterns.empty()) return true;
  bool matches = false;
  for (std::string_view pattern : patterns) {
    const bool negated = pattern.starts_with('!');
    if (negated) pattern.remove_prefix(1);
    if (matches == negated && glob_match(pattern, name)) matches = !negated;
  }
  return matches;
}

std::string refusal(const Pipeline& pipeline, const Event& event) {
  if (!pipeline.on) return {};
  const auto entry = pipeline.on->find(event.kind);
  if (entry == pipeline.on->end())
    return event.kind == EventKind::manual
               ? std::string()
               : fmt::format("`on` has no entry for {}", to_string(event.kind));
  const EventRule& rule = entry->second;
  if (rule.branches.empty() && rule.tags.empty()) return {};
  const auto branch = branch_of(event);
  if (!rule.branches.empty() && ref_matches(rule.branches, branch)) return {};
  if (!rule.tags.empty() && ref_matches(rule.tags, event.tag)) return {};
  const bool by_tag = rule.branches.empty() || event.kind == EventKind::tag;
  return fmt::format("{}: `on: {}` takes {}",
                     by_tag ? named("tag", event.tag) : named("branch", branch),
                     to_string(event.kind), wanted(rule));
}

}  // namespace pipectl::plan
