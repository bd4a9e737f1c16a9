#include "core/config/order.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl::config {
namespace {

constexpr int most_cycles = 10;         ///< that are reported
constexpr std::size_t most_shown = 20;  ///< names of one cycle
constexpr std::size_t most_implied = 1'000'000;

/// One that was written; needs of names that do not exist are reported and left out.
std::vector<Need> known_needs(const std::vector<Need>& written, const StageSpec& stage,
                              const NameSet& names, Diagnostics& diagnostics) {
  std::vector<Need> needs;
  for (const auto& need : written) {
    if (need.name == stage.name) {
      diagnostics.error(need.where, fmt::format("stage '{}' needs itself", stage.name));
    } else if (names.has(need.name)) {
      needs.push_back(need);
    } else {
      const auto bracket = need.name.find(" (");
      const bool is_instance =
          bracket != std::string::npos && names.has(need.name.substr(0, bracket));
      diagnostics.error(need.where, fmt::format("unknown stage '{}'", need.name),
                        is_instance
                            ? fmt::format("a need on '{}' means all instances of its matrix",
                                          need.name.substr(0, bracket))
                            : names.suggest(need.name));
    }
  }
  return needs;
}

}  // namespace

void complete_needs(const StagesReader& stages, Pipeline& pipeline, Diagnostics& diagnostics) {
  std::vector<Need> above;  // the last entry that is after all above it, and every entry since
  std::size_t implied = 0;
  for (const auto& entry : stages.entries()) {
    bool after_all_above = false;
    for (std::uint32_t i = entry.first; i < entry.last; ++i) {
      StageSpec& stage = pipeline.stages[i];
      if (const auto& written = stages.drafts()[i].needs) {
        stage.needs = known_needs(*written, stage, stages.names(), diagnostics);
        continue;
      }
      implied += above.size();
      if (implied > most_implied)
        return diagnostics.error(stage.where,
                                 "too many entries above have `needs` of their own to wait for all",
                                 "put them into a group, or give this stage `needs`");
      stage.needs = above;
      for (auto& need : stage.needs) need.where = stage.where;
      stage.after_all_above = after_all_above = true;
    }
    if (after_all_above) above.clear();
    above.push_back({std::string(entry.name), {}});
  }
}

Order::Order(const Pipeline& pipeline, const std::vector<StageDraft>& drafts)
    : pipeline_(pipeline) {
  std::unordered_map<std::string_view, std::uint32_t> vertices;
  const auto stages = static_cast<std::uint32_t>(pipeline.stages.size());
  for (std::uint32_t i = 0; i < stages; ++i) vertices.emplace(pipeline.stages[i].name, i);
  edges_.resize(stages + pipeline.groups.size());
  for (std::uint32_t i = 0; i < pipeline.groups.size(); ++i) {
    const Group& group = pipeline.groups[i];
    vertices.emplace(group.name, stages + i);
    for (const auto& member : group.members) edges_[stages + i].push_back(vertices.at(member));
  }
  entries_.reserve(stages);
  for (std::uint32_t i = 0; i < stages; ++i) {
    entries_.push_back(drafts[i].entry);
    edges_[i].reserve(pipeline.stages[i].needs.size());
    for (const auto& need : pipeline.stages[i].needs) {
      const auto found = vertices.find(need.name);  // absent only when it was refused
      if (found != vertices.end()) edges_[i].push_back(found->second);
    }
  }
}

bool Order::is_stage(std::uint32_t vertex) const { return vertex < pipeline_.stages.size(); }

std::string_view Order::name(std::uint32_t vertex) const {
  return is_stage(vertex) ? pipeline_.stages[vertex].name
                          : pipeline_.groups[vertex - pipeline_.stages.size()].name;
}

bool Order::is_after(std::uint32_t stage, std::uint32_t other) const {
  return is_stage(stage) && is_stage(other) && pipeline_.stages[stage].after_all_above &&
         entries_[other] < entries_[stage];
}

bool Order::needs(std::uint32_t stage, std::uint32_t other) const {
  std::vector<bool> seen(edges_.size(), false);
  std::vector<std::uint32_t> pending{stage};
  while (!pending.empty()) {
    const auto vertex = pending.back();
    pending.pop_back();
    if (seen[vertex]) continue;
    seen[vertex] = true;
    if (is_after(vertex, other)) return true;
    for (const auto next : edges_[vertex]) {
      if (next == other) return true;
      if (!seen[next]) pending.push_back(next);
    }
  }
  return false;
}

void Order::check_cycles(Diagnostics& diagnostics) const {
  plan::Edges edges = edges_;
  for (int found = 0; found < most_cycles; ++found) {
    const auto cycle = plan::find_cycle(edges);
    if (!cycle) return;
    report(shortened(*cycle), diagnostics);
    std::erase((edges[(*cycle)[cycle->size() - 2]]), cycle->back());
  }
}

/// Leaves out what stands between a stage and one above it for which it waits anyway. The path
/// begins at a stage.
Order::Path Order::shortened(Path cycle) const {
  cycle.pop_back();
  // The form with a range does not compile with clang 14.
  std::rotate(cycle.begin(), std::ranges::find_if(cycle, [&](auto v) { return is_stage(v); }),
              cycle.end());
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    if (!is_stage(cycle[i]) || !pipeline_.stages[cycle[i]].after_all_above) continue;
    for (std::size_t last = cycle.size(); last > i + 1; --last) {
      const auto target = cycle[last % cycle.size()];
      if (!is_after(cycle[i], target)) continue;
      cycle.erase(cycle.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                  cycle.begin() + static_cast<std::ptrdiff_t>(last));
      break;
    }
  }
  cycle.push_back(cycle.front());
  return cycle;
}

void Order::report(const Path& cycle, Diagnostics& diagnostics) const {
  std::string path;
  Span where = pipeline_.stages[cycle.front()].where;
  std::string hint;
  bool placed = false;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    if (i < most_shown || i + 1 == cycle.size())
      path += fmt::format("{}{}", i == 0 ? "" : " -> ", name(cycle[i]));
    else if (i == most_shown)
      path += " -> ...";
    if (i + 1 == cycle.size() || !is_stage(cycle[i])) continue;
    const StageSpec& stage = pipeline_.stages[cycle[i]];
    if (stage.after_all_above) {
      hint = fmt::format("'{}' has no `needs`, so it waits for every entry above it", stage.name);
      continue;
    }
    for (const auto& need : stage.needs) {
      if (placed || need.name != name(cycle[i + 1])) continue;
      where = need.where;
      placed = true;
    }
  }
  diagnostics.error(where, fmt::format("stages need each other: {}", path), std::move(hint));
}

}  // namespace pipectl::config
