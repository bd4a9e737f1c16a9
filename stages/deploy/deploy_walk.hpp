#pragma once

#include <string>
#include <vector>

#include "stages/deploy/deploy_stage.hpp"

namespace pipectl::stages {

/// The way that a deploy takes.
struct DeployWay {
  const DeployStrategy& strategy;
  const std::vector<DeployStep>& steps;
};

/// One deploy on its way through the steps.
class DeployWalk {
 public:
  DeployWalk(const DeploySettings& settings, const DeployWay& way, DeployTarget& target,
             StageContext& context)
      : settings_(settings),
        strategy_(way.strategy),
        steps_(way.steps),
        target_(target),
        context_(context) {}

  /// Does the steps from this one on; undoes what had begun when one fails.
  [[nodiscard]] Outcome from(std::size_t first);
  /// Undoes everything up to this step, which had failed.
  [[nodiscard]] Outcome roll_back(std::size_t last, Outcome failure);

 private:
  [[nodiscard]] Outcome take(const DeployStep& step);
  /// The health, then what the stage leaves behind: the last that can fail while nothing is final.
  [[nodiscard]] Outcome check(const DeployStep& step);
  [[nodiscard]] Outcome look_at_health(const DeployStep& step);
  [[nodiscard]] Result<std::string> act(const DeployStep& step);
  [[nodiscard]] Result<std::string> pause(Milliseconds time);
  [[nodiscard]] Result<void> keep_lock(Milliseconds time);
  [[nodiscard]] bool has_lost_target(const DeployWork& work);
  [[nodiscard]] std::string why_no_undo(const DeployWork& work);
  [[nodiscard]] Result<std::string> undo(DeployStep::Undo undo, DeployPlace place,
                                         const DeployWork& work);
  [[nodiscard]] DeployWork work_of(const DeployStep& step) const;

  const DeploySettings& settings_;
  const DeployStrategy& strategy_;
  const std::vector<DeployStep>& steps_;
  DeployTarget& target_;
  StageContext& context_;
  std::string summary_;
};

/// Goes on holding the target's lock for as long as this work may take, where it is one that runs
/// out. Fault::infrastructure when it is another's by now.
[[nodiscard]] Result<void> hold_lock(DeployTarget& target, const DeployWork& work);

/// How long these checks may take, one after the other.
[[nodiscard]] Milliseconds patience_of(const CheckList& checks);

/// What is to be undone after the steps up to `last` had begun: the latest first, each thing once.
struct UndoDeed {
  DeployStep::Undo undo;
  DeployPlace place;
  bool operator==(const UndoDeed&) const = default;
};
[[nodiscard]] std::vector<UndoDeed> undo_deeds(const std::vector<DeployStep>& steps,
                                               std::size_t last);

}  // namespace pipectl::stages
