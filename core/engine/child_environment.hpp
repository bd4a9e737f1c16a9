#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/env.hpp"
#include "core/engine/run_values.hpp"

namespace pipectl {

/// Outputs of earlier stages that a child can read, by stage name.
using VisibleOutputs = std::map<std::string, Outputs>;

/// Of the stages that this one comes after, direct or not: the same in every run.
[[nodiscard]] VisibleOutputs visible_outputs(const plan::Plan& plan, plan::NodeId id,
                                             const OutputTable& outputs);

/// For each variable that two outputs with different values would be, what it holds in
/// child_environment and what not: `PIPECTL_OUT_A_B_C is output 'c' of a_b, not 'b_c' of a; …`.
[[nodiscard]] std::vector<std::string> notes_on_shared_variables(const VisibleOutputs& outputs);

/// The whole environment of a stage's children but for granted secrets: the host's, what
/// the scope made of `env:`, and PIPECTL_*. Nothing in it is ever part of a command text.
[[nodiscard]] EnvMap child_environment(const NodeScope& scope, const plan::Node& node,
                                       const VisibleOutputs& outputs,
                                       const std::filesystem::path& output_file);

}  // namespace pipectl
