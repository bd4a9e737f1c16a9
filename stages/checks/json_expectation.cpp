#include "stages/checks/json_expectation.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/text.hpp"

namespace pipectl::stages {
namespace {

using nlohmann::json;

/// A body of a stranger is not quoted whole.
std::string excerpt(const json& value) {
  constexpr std::size_t most = 100;
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > most) text = text.substr(0, most) + "…";
  return printable(text);
}

json::json_pointer pointer(const std::string& path) {
  if (path.starts_with('/')) return json::json_pointer{path};
  json::json_pointer pointer;
  for (const std::string_view name : split(path, '.')) pointer.push_back(std::string{name});
  return pointer;
}

bool equals(const json& value, const std::string& wanted) {
  if (value.is_string()) return value.get_ref<const std::string&>() == wanted;
  const json parsed = json::parse(wanted, nullptr, false);
  return !parsed.is_discarded() && parsed == value;
}

}  // namespace

Result<void> expect_json(std::string_view document, const std::string& path,
                         const std::string& wanted) {
  try {
    const json root = json::parse(document, nullptr, false);
    if (root.is_discarded()) return fail(Fault::step, "the answer is no JSON");
    const auto at = pointer(path);
    if (!root.contains(at))
      return fail(Fault::step, fmt::format("no '{}' in the JSON, want {}", path, wanted));
    const json& value = root.at(at);
    if (equals(value, wanted)) return {};
    return fail(Fault::step, fmt::format("'{}' is {}, want {}", path, excerpt(value), wanted));
  } catch (const json::exception&) {
    return fail(Fault::step, fmt::format("'{}' is no path in JSON", printable(path)));
  }
}

}  // namespace pipectl::stages
