#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/engine/run_values.hpp"

namespace pipectl {

/// Evaluates the `env` of file, environment and stage, in this order, into `scope.env()`: the
/// nearest wins, a value may read those before it, and -e wins over all.
Result<void> compose_env(const Pipeline& pipeline, const StageSpec& stage, NodeScope& scope);

/// Outputs of earlier stages that a child can read, by stage name.
using VisibleOutputs = std::map<std::string, Outputs>;

/// The whole environment of a stage's children but for granted secrets: the host's, what
/// compose_env made, and PIPECTL_*. Nothing in it is ever part of a command text.
[[nodiscard]] EnvMap child_environment(const NodeScope& scope, const plan::Node& node,
                                       const VisibleOutputs& outputs,
                                       const std::filesystem::path& output_file);

}  // namespace pipectl
