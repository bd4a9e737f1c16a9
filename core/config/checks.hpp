#pragma once

#include "core/config/name_set.hpp"
#include "core/config/names.hpp"

namespace pipectl::config {

/// Checks the expressions at the top of the file and learns where its variables come from.
/// `from_files` is how many variables, the first ones, came from files named by `env_file`.
void check_file(const Pipeline& pipeline, std::size_t from_files, NameTable& table,
                Diagnostics& diagnostics);

/// Checks the expressions of a stage's common keys and completes `names` with its variables.
void check_stage(const StageSpec& stage, const Pipeline& pipeline, StageNames& names,
                 Diagnostics& diagnostics);

}  // namespace pipectl::config
