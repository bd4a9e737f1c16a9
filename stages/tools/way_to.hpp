#pragma once

#include <string>
#include <vector>

#include "core/api/tool_preset.hpp"

namespace pipectl::stages {

/// Whether its command begins with it: another program starts it else (`npx`, `python3 -m`).
[[nodiscard]] bool is_program(const ToolPreset& preset);

/// What succeeds where it is there: its own words, asked for their version.
[[nodiscard]] std::vector<std::string> probe_of(const ToolPreset& preset);

/// How to get it, for hints: the command, and the image where one is known.
[[nodiscard]] std::string way_to(const ToolPreset& preset);

}  // namespace pipectl::stages
