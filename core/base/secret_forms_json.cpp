#include <fmt/format.h>

#include <optional>

#include "core/base/secret_forms.hpp"

namespace pipectl {
namespace {

/// One way of writing a JSON string, of the many that are right. Source: RFC 8259, section 7.
struct JsonRules {
  bool ascii_only;  ///< \u for everything else
  bool slash;       ///< / as \/
  bool upper_digits;
  std::string_view as_unicode;  ///< ASCII characters that become \u, too
};

struct Decoded {
  char32_t code;
  std::size_t size;
};

/// The character that starts here, if it is valid UTF-8 of more than one byte.
std::optional<Decoded> decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (size == 0 || lead > 0xF4 || text.size() < size) return std::nullopt;
  char32_t code = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return std::nullopt;
    code = code << 6U | (byte & 0x3FU);
  }
  return Decoded{code, size};
}

void append_unit(std::string& to, char32_t unit, const JsonRules& rules) {
  const auto value = static_cast<unsigned>(unit);
  to += rules.upper_digits ? fmt::format("\\u{:04X}", value) : fmt::format("\\u{:04x}", value);
}

void append_unicode(std::string& to, char32_t code, const JsonRules& rules) {
  if (code < 0x10000) return append_unit(to, code, rules);
  append_unit(to, 0xD800 + ((code - 0x10000) >> 10U), rules);
  append_unit(to, 0xDC00 + ((code - 0x10000) & 0x3FFU), rules);
}

void append_ascii(std::string& to, char character, const JsonRules& rules) {
  constexpr std::string_view short_from = "\b\f\n\r\t\"\\";
  constexpr std::string_view short_to = "bfnrt\"\\";
  const auto code = static_cast<unsigned char>(character);
  const auto short_form = short_from.find(character);
  const bool as_unicode = rules.as_unicode.find(character) != std::string_view::npos ||
                          (code < 0x20 && short_form == std::string_view::npos) ||
                          (code == 0x7F && rules.ascii_only);
  if (as_unicode) {
    append_unit(to, code, rules);
  } else if (short_form != std::string_view::npos) {
    to += '\\';
    to += short_to[short_form];
  } else if (character == '/' && rules.slash) {
    to += "\\/";
  } else {
    to += character;
  }
}

std::string json_escaped(std::string_view text, const JsonRules& rules) {
  std::string escaped;
  while (!text.empty()) {
    std::size_t size = 1;
    const auto decoded = decode(text);
    if (decoded && rules.ascii_only) {
      append_unicode(escaped, decoded->code, rules);
      size = decoded->size;
    } else {
      append_ascii(escaped, text.front(), rules);
    }
    text.remove_prefix(size);
  }
  return escaped;
}

}  // namespace

std::vector<std::string> json_forms(std::string_view text) {
  std::vector<std::string> forms;
  // The last two are those of Go's encoding/json and of .NET's System.Text.Json.
  for (const std::string_view as_unicode : {"", "<>&", "<>&'\"+`"})
    for (const bool ascii_only : {false, true})
      for (const bool slash : {false, true})
        for (const bool upper_digits : {false, true})
          forms.push_back(json_escaped(text, {ascii_only, slash, upper_digits, as_unicode}));
  return forms;
}

}  // namespace pipectl
