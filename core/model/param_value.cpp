#include "core/model/param_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

// Both are bounds for std::regex: it recurses while it reads a pattern, and the time it takes grows
// with the product of the two.
constexpr std::size_t longest_pattern = 1'000;
constexpr std::size_t longest_matched = 4'096;

/// The flag keeps a pattern such as (a*)*b from taking exponential time; it has no back-references.
std::regex make_regex(const std::string& pattern) {
  auto flags = std::regex_constants::ECMAScript;
#ifdef __GLIBCXX__
  flags |= std::regex_constants::__polynomial;
#endif
  return std::regex(pattern, flags);
}

bool is_integer(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

bool matches(const std::string& value, const std::string& pattern) {
  try {
    return std::regex_match(value, make_regex(pattern));
  } catch (const std::regex_error&) {
    return false;
  }
}

}  // namespace

std::string complaint_about_pattern(const std::string& pattern) {
  if (pattern.size() > longest_pattern)
    return fmt::format("is longer than {} characters", longest_pattern);
  try {
    (void)make_regex(pattern);
    return {};
  } catch (const std::regex_error& error) {
    if (error.code() == std::regex_constants::error_complexity)
      return "is too complex, or refers back to a group";
    return "is no regular expression";
  }
}

std::string complaint_about(const Param& param, const std::string& value) {
  if (!param.choices.empty() && std::ranges::find(param.choices, value) == param.choices.end())
    return fmt::format("is none of {}", join(param.choices, ", "));
  if (param.type == ParamType::integer && !is_integer(value)) return "is no whole number";
  if (param.type == ParamType::boolean && value != "true" && value != "false")
    return "is neither true nor false";
  if (param.pattern.empty()) return {};
  if (value.size() > longest_matched)
    return fmt::format("is longer than {} characters", longest_matched);
  return matches(value, param.pattern) ? "" : fmt::format("does not match {}", param.pattern);
}

}  // namespace pipectl
