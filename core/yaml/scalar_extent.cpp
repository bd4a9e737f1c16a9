#include "core/yaml/scalar_extent.hpp"

#include <algorithm>

namespace pipectl::yaml {
namespace {

std::uint32_t up_to(std::string_view rest, std::size_t end) noexcept {
  return static_cast<std::uint32_t>(std::max<std::size_t>(std::min(end, rest.find('\n')), 1));
}

/// One past the closing quote, or npos. The parser itself takes the end of the file for a quote.
std::size_t quoted_end(std::string_view rest) noexcept {
  const char quote = rest.front();
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (quote == '"' && rest[at] == '\\') {
      ++at;
    } else if (rest[at] == quote) {
      if (quote == '"' || at + 1 >= rest.size() || rest[at + 1] != '\'') return at + 1;
      ++at;
    }
  }
  return std::string_view::npos;
}

/// Past the properties in front of a scalar: `&anchor` and `!tag`.
std::size_t after_properties(std::string_view rest) noexcept {
  std::size_t at = 0;
  while (at < rest.size() && (rest[at] == '&' || rest[at] == '!')) {
    at = std::min(rest.find_first_of(" \t\r\n", at), rest.size());
    at = std::min(rest.find_first_not_of(" \t\r\n", at), rest.size());
  }
  return at;
}

}  // namespace

ScalarExtent scalar_extent(std::string_view rest, std::string_view value) noexcept {
  const std::size_t start = after_properties(rest);
  const std::string_view scalar = rest.substr(start);
  if (scalar.empty()) return {};
  const char first = scalar.front();
  if (first == '"' || first == '\'') {
    const std::size_t end = quoted_end(scalar);
    if (end == std::string_view::npos) return {1, false, nullptr};
    const bool same = scalar.substr(1, end - 2) == value;
    return {up_to(rest, start + end), true, same ? scalar.data() + 1 : nullptr};
  }
  if (scalar.starts_with(value) && !value.empty())
    return {up_to(rest, start + value.size()), true, scalar.data()};
  if (first == '|' || first == '>') return {up_to(rest, start + 1), true, nullptr};
  return {up_to(rest, std::string_view::npos), true, nullptr};
}

}  // namespace pipectl::yaml
