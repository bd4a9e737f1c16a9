#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/engine/scheduler.hpp"
#include "tests/unit/core/engine/graph_builder.hpp"

namespace pipectl {

using Names = std::vector<std::string>;

/// Drives a scheduler by name.
class Driver {
 public:
  explicit Driver(const GraphBuilder& builder,
                  Scheduler::Options options = {8, OnFailure::keep_going},
                  std::vector<std::string> concurrency = {},
                  std::vector<std::optional<Outcome>> ended = {})
      : plan_(builder.plan()),
        scheduler_(plan_, options, groups_of(std::move(concurrency)), std::move(ended)) {}
  /// The plan points into its builder, which has to outlive it.
  explicit Driver(GraphBuilder&& builder, Scheduler::Options options = {},
                  std::vector<std::string> concurrency = {},
                  std::vector<std::optional<Outcome>> ended = {}) = delete;

  /// Starts all that may start; tells their names, and those skipped as `name: reason`.
  Names go() {
    Names out;
    while (const auto node = scheduler_.next()) {
      const auto verdict = scheduler_.verdict(*node);
      if (verdict.skip == SkipCause::none) {
        scheduler_.started(*node);
        out.push_back(plan_.nodes[*node].name);
      } else {
        Outcome outcome = ended_as(Status::skipped, verdict.skip);
        outcome.reason = verdict.reason;
        scheduler_.ended(*node, outcome);
        out.push_back(plan_.nodes[*node].name + ": " + verdict.reason);
      }
    }
    return out;
  }

  Names end(const std::string& name, Status status = Status::succeeded) {
    scheduler_.ended(plan_.find(name)->id, ended_as(status));
    return go();
  }

  plan::NodeId id(const std::string& name) const { return plan_.find(name)->id; }
  Scheduler& scheduler() { return scheduler_; }

 private:
  plan::Plan plan_;
  Scheduler scheduler_;
};

}  // namespace pipectl
