#include <limits>
#include <nlohmann/json.hpp>

#include "stages/reports/json.hpp"
#include "stages/reports/xml.hpp"

namespace pipectl::stages {

using Json = nlohmann::json;

const Json& json_at(const Json& value, std::string_view key) {
  static const Json nothing;
  if (!value.is_object()) return nothing;
  const auto hit = value.find(key);
  return hit == value.end() ? nothing : *hit;
}

std::string json_text(const Json& object, std::string_view key) {
  const Json& value = json_at(object, key);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return {};
}

std::optional<double> json_number(const Json& object, std::string_view key) {
  const Json& value = json_at(object, key);
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return report_number(value.get_ref<const std::string&>());
  return std::nullopt;
}

std::int64_t json_integer(const Json& value) {
  return value.get_ref<const Json::number_integer_t&>();
}

std::uint32_t json_whole(const Json& object, std::string_view key) {
  const auto number = json_number(object, key);
  if (!number || *number < 0 || *number > std::numeric_limits<std::uint32_t>::max()) return 0;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace pipectl::stages
