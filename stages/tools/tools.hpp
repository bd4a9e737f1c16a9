#pragma once

#include <vector>

#include "core/api/registry.hpp"

namespace pipectl::stages {

/// The tables, by what the tools are for.
[[nodiscard]] std::vector<ToolPreset> linters();
[[nodiscard]] std::vector<ToolPreset> test_runners();
[[nodiscard]] std::vector<ToolPreset> scanners();
[[nodiscard]] std::vector<ToolPreset> load_tools();

void register_tools(Registry& registry);

}  // namespace pipectl::stages
