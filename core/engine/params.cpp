#include "core/engine/params.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <regex>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

/// A pattern is tried against short values only: std::regex recurses once per character.
constexpr std::size_t longest_matched = 4096;

bool is_integer(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

bool matches(const std::string& value, const std::string& pattern) {
  if (value.size() > longest_matched) return false;
  try {
    return std::regex_match(value, std::regex{pattern, std::regex::ECMAScript});
  } catch (const std::regex_error&) {
    return false;  // the loader has checked the pattern; only its cost can fail here
  }
}

/// What is wrong with a value, or empty.
std::string complaint(const Param& param, const std::string& value) {
  const std::string what = fmt::format("parameter {}: '{}'", param.name, printable(value));
  if (!param.choices.empty() &&
      std::find(param.choices.begin(), param.choices.end(), value) == param.choices.end())
    return fmt::format("{} is none of {}", what, join(param.choices, ", "));
  if (param.type == ParamType::integer && !is_integer(value))
    return fmt::format("{} is no whole number", what);
  if (param.type == ParamType::boolean && value != "true" && value != "false")
    return fmt::format("{} is neither true nor false", what);
  if (!param.pattern.empty() && !matches(value, param.pattern))
    return fmt::format("{} does not match {}", what, param.pattern);
  return {};
}

std::string unknown(const Pipeline& pipeline, const std::string& name) {
  std::vector<std::string_view> names;
  for (const auto& param : pipeline.params) names.push_back(param.name);
  const std::string maybe = suggestion(name, names);
  return fmt::format("unknown parameter '{}'{}{}", printable(name), maybe.empty() ? "" : "; ",
                     maybe);
}

}  // namespace

Result<std::map<std::string, std::string>> resolve_params(
    const Pipeline& pipeline, const std::map<std::string, std::string>& given) {
  std::map<std::string, std::string> values = given;
  std::vector<std::string> problems;
  for (const auto& param : pipeline.params) {
    const auto found = given.find(param.name);
    if (found != given.end()) {
      if (auto wrong = complaint(param, found->second); !wrong.empty()) problems.push_back(wrong);
    } else if (param.default_value) {
      values[param.name] = *param.default_value;
    } else if (!param.optional) {
      problems.push_back(fmt::format("parameter {} is needed: -p {}=…", param.name, param.name));
    }
  }
  for (const auto& [name, value] : given) {
    const bool known = std::any_of(pipeline.params.begin(), pipeline.params.end(),
                                   [&](const Param& param) { return param.name == name; });
    if (!known) problems.push_back(unknown(pipeline, name));
  }
  if (!problems.empty())
    return fail(Fault::usage, join(problems, "\n"), "give parameters with -p NAME=VALUE");
  return values;
}

}  // namespace pipectl
