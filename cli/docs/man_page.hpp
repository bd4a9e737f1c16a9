#pragma once

#include <string>

#include "cli/docs/command_tree.hpp"

namespace pipectl::cli {

/// pipectl(1) in man(7) macros. The same input gives the same bytes: no date in it.
[[nodiscard]] std::string man_page(const CommandDoc& root);

}  // namespace pipectl::cli
