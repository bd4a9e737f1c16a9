#pragma once

#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "stages/checks/check_list.hpp"
#include "stages/steps.hpp"

namespace pipectl::stages {

enum class Rollback { automatic, none };

/// What a deploy by commands consists of.
struct DeployCommands {
  Steps apply;
  CheckList health;
  Steps undo;  ///< may be empty
  Rollback rollback{Rollback::automatic};
  Milliseconds undo_timeout{120'000};
};

/// Applies, looks at the health, and undoes what went wrong: also after a timeout, a Ctrl-C or a
/// crash of pipectl in between.
class DeployStage final : public StageRunner {
 public:
  explicit DeployStage(DeployCommands commands) : commands_(std::move(commands)) {}
  [[nodiscard]] std::vector<std::string> preview(const expr::Scope& scope) const override;
  Outcome run(StageContext& context) const override;

 private:
  [[nodiscard]] Outcome go_on(StageContext& context, const struct DeployMemory& memory) const;
  [[nodiscard]] Outcome apply(StageContext& context) const;
  [[nodiscard]] Outcome check(StageContext& context) const;
  [[nodiscard]] Outcome roll_back(StageContext& context, Outcome failure) const;

  DeployCommands commands_;
};

}  // namespace pipectl::stages
