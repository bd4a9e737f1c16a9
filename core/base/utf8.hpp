#pragma once

#include <string_view>

namespace pipectl {

/// One character at the front of a text. A byte that begins no valid UTF-8 sequence is a character
/// of its own: `valid` is false, `code` the byte, `length` 1.
struct Utf8Char {
  char32_t code{0};
  unsigned length{1};
  bool valid{false};
};

/// `text` must not be empty. Refuses overlong forms, surrogates and codes above U+10FFFF.
[[nodiscard]] Utf8Char first_utf8_char(std::string_view text) noexcept;

}  // namespace pipectl
