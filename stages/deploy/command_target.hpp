#pragma once

#include <memory>

#include "core/api/deploy_target.hpp"
#include "stages/steps.hpp"

namespace pipectl::stages {

/// A target that is nothing but the user's own commands: `run` or `steps` apply, `undo` undoes.
[[nodiscard]] std::unique_ptr<DeployTargetSpec> make_command_target(Steps apply, Steps undo);

}  // namespace pipectl::stages
