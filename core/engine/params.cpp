#include "core/engine/params.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/model/param_value.hpp"

namespace pipectl {
namespace {

bool is_declared(const Pipeline& pipeline, const std::string& name) {
  return std::any_of(pipeline.params.begin(), pipeline.params.end(),
                     [&](const Param& param) { return param.name == name; });
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
      if (const auto wrong = complaint_about(param, found->second); !wrong.empty())
        problems.push_back(fmt::format("parameter {}: '{}' {}", param.name,
                                       printable(found->second), printable(wrong)));
    } else if (param.default_value) {
      values[param.name] = *param.default_value;
    } else if (!param.optional) {
      problems.push_back(fmt::format("parameter {} is needed: -p {}=…", param.name, param.name));
    }
  }
  for (const auto& [name, value] : given)
    if (!is_declared(pipeline, name)) problems.push_back(unknown(pipeline, name));
  if (!problems.empty())
    return fail(Fault::usage, join(problems, "\n"), "give parameters with -p NAME=VALUE");
  return values;
}

}  // namespace pipectl
