#pragma once

#include <string>
#include <string_view>

namespace pipectl::cli {

/// The first line with something on it, short and fit to be shown.
[[nodiscard]] std::string first_line(std::string_view text);

}  // namespace pipectl::cli
