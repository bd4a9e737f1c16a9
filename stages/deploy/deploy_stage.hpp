#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/api/comparison.hpp"
#include "core/api/deploy_strategy.hpp"
#include "core/api/without_secrets.hpp"
#include "stages/checks/check_list.hpp"
#include "stages/deploy/strategy_choice.hpp"

namespace pipectl::stages {

enum class Rollback { automatic, none };

/// What the file says of a deploy.
struct DeploySettings {
  std::unique_ptr<DeployTargetSpec> target;
  StrategyChoice strategy;
  CheckList health;
  Rollback rollback{Rollback::automatic};
  Milliseconds undo_timeout{120'000};
};

/// Walks the steps of the strategy on the target, and undoes what went wrong: also after a timeout,
/// a Ctrl-C or a crash of pipectl in between.
class DeployStage final : public StageRunner, public Comparable, public WithoutSecrets {
 public:
  explicit DeployStage(DeploySettings settings) : settings_(std::move(settings)) {}
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override;
  Outcome run(StageContext& context) const override;
  Result<std::vector<std::string>> compare(StageContext& context) const override {
    return settings_.target->compare(context);
  }
  [[nodiscard]] std::vector<Requirement> programs() const override {
    return settings_.target->programs();
  }
  [[nodiscard]] bool sends_no_secrets(
      const std::map<std::string, std::string>& remembered) const override;

 private:
  [[nodiscard]] Outcome go_back(StageContext& context, const std::string& run) const;
  [[nodiscard]] Result<std::string> bring_back(DeployTarget& target, StageContext& context,
                                               const std::string& run) const;

  DeploySettings settings_;
};

}  // namespace pipectl::stages
