#pragma once

#include <string>

#include "cli/docs/command_tree.hpp"

namespace pipectl::cli {

// A completion script for each shell. Commands and options are written into it; names of stages and
// runs are asked of pipectl itself, on the pipeline file that is on the line or in the folder.

[[nodiscard]] std::string bash_completion(const CommandDoc& root);
[[nodiscard]] std::string zsh_completion(const CommandDoc& root);
[[nodiscard]] std::string fish_completion(const CommandDoc& root);

}  // namespace pipectl::cli
