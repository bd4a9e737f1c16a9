#pragma once

#include <cstddef>
#include <string_view>

namespace pipectl {

/// Columns that a character takes on a terminal: 0 for combining marks, 2 for wide ones, else 1
/// (also where the C library does not know it).
[[nodiscard]] std::size_t display_width(char32_t code) noexcept;
/// Of text without control characters; a byte that is no UTF-8 counts one.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;

}  // namespace pipectl
