#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/approval.hpp"
#include "core/api/stage_kind.hpp"
#include "core/engine/run_values.hpp"

namespace pipectl {

/// Whether a person has to agree before the stage runs: its kind asks, or its environment does. Of
/// an environment that only -E names the stages that deploy ask, and no others.
[[nodiscard]] bool asks_for_approval(const StageSpec& stage, const StageRunner& runner,
                                     const NodeScope& scope);

/// Lets a stage that asks for an approval start once somebody agreed. Pure; of the engine's thread.
///
/// What an environment asks is asked once on a way: a stage that comes after one of the same
/// environment that was approved does not ask again.
class ApprovalGate {
 public:
  /// `answers` are the notes of the run's stages, by node; they may be none at all. Both outlive
  /// it.
  ApprovalGate(const plan::Plan& plan, const std::vector<StageNotes>& answers)
      : plan_(plan), notes_(answers) {}

  struct Question {
    const plan::Node& node;
    const StageRunner& runner;
    const NodeScope& scope;
    WallTime now;
  };
  /// Why the stage does not start: it waits (`wait` is to be journaled with it), or its answer was
  /// no, or none came in time.
  struct Stop {
    Outcome outcome;
    std::optional<ApprovalWait> wait;
  };
  [[nodiscard]] std::optional<Stop> stops(const Question& question) const;
  /// `approved by ann`, of a stage that was asked; empty for all others.
  [[nodiscard]] std::string approved_by(plan::NodeId node) const;

 private:
  [[nodiscard]] const StageNotes& notes(plan::NodeId node) const;
  [[nodiscard]] bool approved_above(const Question& question) const;
  [[nodiscard]] Stop wait(const Question& question) const;

  const plan::Plan& plan_;
  const std::vector<StageNotes>& notes_;
};

}  // namespace pipectl
