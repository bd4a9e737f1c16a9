#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/engine/scheduler.hpp"
#include "core/plan/plan.hpp"

namespace pipectl {

/// A pipeline and its plan, written as tests read best. Nodes are stages, in the order added.
class GraphBuilder {
 public:
  StageSpec& stage(std::string name, const std::vector<std::string>& needs = {}) {
    StageSpec& spec = pipeline_.stages.emplace_back();
    spec.name = std::move(name);
    for (const auto& need : needs) spec.needs.push_back({need, {}});
    return spec;
  }

  /// Leaves the stage out, as the command line would.
  void deselect(std::string name) { selection_.skip.push_back(std::move(name)); }

  [[nodiscard]] plan::Plan plan() const { return *plan::make_plan(pipeline_, {}, selection_); }

 private:
  Pipeline pipeline_;
  plan::Selection selection_;
};

inline Outcome ended_as(Status status, SkipCause skip = SkipCause::none) {
  Outcome outcome;
  outcome.status = status;
  outcome.skip = skip;
  return outcome;
}

/// Concurrency groups by node; no list: none.
inline Scheduler::GroupOf groups_of(std::vector<std::string> groups) {
  return [groups = std::move(groups)](plan::NodeId node) {
    return groups.empty() ? std::string{} : groups[node];
  };
}

}  // namespace pipectl
