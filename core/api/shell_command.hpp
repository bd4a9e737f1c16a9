#pragma once

#include <string>
#include <vector>

#include "core/model/stage_spec.hpp"

namespace pipectl {

/// `sh -e -c TEXT` or its like: the one way in which a text of the user reaches a shell.
[[nodiscard]] std::vector<std::string> shell_command(Shell shell, std::string text);

}  // namespace pipectl
