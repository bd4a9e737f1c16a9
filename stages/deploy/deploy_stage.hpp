#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/api/comparison.hpp"
#include "core/api/deploy_strategy.hpp"
#include "stages/checks/check_list.hpp"

namespace pipectl::stages {

enum class Rollback { automatic, none };

/// What the file says of a deploy.
struct DeploySettings {
  std::unique_ptr<DeployTargetSpec> target;
  std::unique_ptr<DeployStrategy> strategy;
  CheckList health;
  Rollback rollback{Rollback::automatic};
  Milliseconds undo_timeout{120'000};
};

/// Walks the steps of the strategy on the target, and undoes what went wrong: also after a timeout,
/// a Ctrl-C or a crash of pipectl in between.
class DeployStage final : public StageRunner, public Comparable {
 public:
  explicit DeployStage(DeploySettings settings);
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override;
  Outcome run(StageContext& context) const override;
  Result<std::vector<std::string>> compare(StageContext& context) const override {
    return settings_.target->compare(context);
  }
  [[nodiscard]] std::vector<Requirement> programs() const override {
    return settings_.target->programs();
  }

 private:
  [[nodiscard]] Outcome go_back(StageContext& context, const std::string& run) const;

  DeploySettings settings_;
  std::vector<DeployStep> steps_;
};

}  // namespace pipectl::stages
