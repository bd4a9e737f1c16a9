#pragma once

#include <string>
#include <vector>

#include "plugins/release/plan.hpp"

namespace pipectl::releasing {

/// What the release would do, line by line, for a person who decides about it.
[[nodiscard]] Result<std::vector<std::string>> describe(const Settings& settings, const Site& site,
                                                        const Plan& plan);

}  // namespace pipectl::releasing
