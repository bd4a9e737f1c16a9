#include "core/yaml/source_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

namespace pipectl::yaml {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_allowed(unsigned char byte) noexcept {
  return (byte >= 0x20 && byte != 0x7F) || byte == '\t' || byte == '\n' || byte == '\r';
}

/// Where the first byte stands that YAML does not allow, or the text's size.
std::size_t find_unreadable(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      if (!is_allowed(byte)) return at;
      ++at;
      continue;
    }
    const Utf8Char next = first_utf8_char(text.substr(at));
    if (!next.valid) return at;
    at += next.length;
  }
  return text.size();
}

Span place_of(const SourceFile& source, std::size_t offset) {
  const std::string_view before = std::string_view(source.text).substr(0, offset);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');
  const std::size_t column = start == std::string_view::npos ? offset : offset - start - 1;
  return {&source, static_cast<std::uint32_t>(lines) + 1, static_cast<std::uint32_t>(column) + 1,
          1};
}

}  // namespace

std::optional<std::string_view> readable_text(const SourceFile& source, Diagnostics& diagnostics) {
  const std::string_view text = source.text;
  if (text.size() > largest_file) {
    diagnostics.error({&source, 0, 0, 1},
                      fmt::format("the file is larger than {}", human_size(largest_file)),
                      "split it with `include`");
    return std::nullopt;
  }
  const std::size_t bad = find_unreadable(text);
  if (bad < text.size()) {
    const auto byte = static_cast<unsigned char>(text[bad]);
    if (byte >= 0x80)
      diagnostics.error(place_of(source, bad), fmt::format("byte 0x{:02X} is not UTF-8", byte),
                        "save the file as UTF-8");
    else
      diagnostics.error(place_of(source, bad),
                        fmt::format("control character 0x{:02X} is not allowed in YAML", byte),
                        R"(write it as an escape in double quotes, such as "\x1b")");
    return std::nullopt;
  }
  return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text;
}

}  // namespace pipectl::yaml
