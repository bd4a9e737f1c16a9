#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl::stages {

/// Fault::step when `document` is no JSON, has nothing at `path`, or something other than `wanted`.
/// A path is a JSON pointer (`/checks/0/ok`) or names joined by dots (`checks.0.ok`). Texts compare
/// by their content, all else as JSON: 1 is 1.0, `true` is true.
[[nodiscard]] Result<void> expect_json(std::string_view document, const std::string& path,
                                       const std::string& wanted);

}  // namespace pipectl::stages
