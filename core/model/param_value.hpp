#pragma once

#include <string>
#include <string_view>

#include "core/model/pipeline.hpp"

namespace pipectl {

/// Why a parameter may not have this value: `is none of dev, prod`, `is no whole number`; empty
/// when it may. Takes time that grows with the value's length only, whatever the pattern.
[[nodiscard]] std::string complaint_about(const Param& param, const std::string& value);

/// What is wrong with a pattern itself; empty when it can be used.
[[nodiscard]] std::string complaint_about_pattern(const std::string& pattern);

}  // namespace pipectl
