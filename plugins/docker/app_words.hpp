#pragma once

#include <string>

#include "core/base/result.hpp"

namespace pipectl::docker {

// What the values of an app may be, wherever they come from: the file as it stands, or a run.
// Errors: Fault::step, with the way out.

/// A part of a name in DNS, and of what docker and nginx call things.
[[nodiscard]] Result<std::string> app_name(std::string name);
/// What docker takes as a name of something else than an app, or nothing; no option.
[[nodiscard]] Result<std::string> plain_name(std::string name);
[[nodiscard]] Result<std::string> image_name(std::string name);
/// How many containers; an empty text: one.
[[nodiscard]] Result<int> replica_number(const std::string& text);
/// `2`, `1.5`
[[nodiscard]] Result<std::string> processors(std::string number);

}  // namespace pipectl::docker
