#include "core/base/utf8.hpp"

namespace pipectl {
namespace {

struct Lead {
  unsigned length;
  char32_t bits;
  char32_t smallest;  ///< a smaller code in this many bytes is an overlong form
};

Lead lead_of(unsigned char byte) noexcept {
  if (byte < 0x80U) return {1, byte, 0};
  if ((byte & 0xE0U) == 0xC0U) return {2, byte & 0x1FU, 0x80};
  if ((byte & 0xF0U) == 0xE0U) return {3, byte & 0x0FU, 0x800};
  if ((byte & 0xF8U) == 0xF0U) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

}  // namespace

Utf8Char first_utf8_char(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text.front());
  const Utf8Char broken{first, 1, false};
  const Lead lead = lead_of(first);
  if (lead.length == 0 || lead.length > text.size()) return broken;
  char32_t code = lead.bits;
  for (unsigned i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return broken;
    code = (code << 6U) | (byte & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < lead.smallest || code > 0x10FFFF || surrogate) return broken;
  return {code, lead.length, true};
}

}  // namespace pipectl
