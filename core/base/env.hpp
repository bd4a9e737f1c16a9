#pragma once

#include <map>
#include <string>

namespace pipectl {

/// Environment variables, sorted by name so that everything made from them is repeatable.
using EnvMap = std::map<std::string, std::string, std::less<>>;

/// A copy of this process's environment, taken once by the composition root.
[[nodiscard]] EnvMap host_environment();

}  // namespace pipectl
