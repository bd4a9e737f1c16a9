#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pipectl::docker {

/// The member of an object; null of what is none or has none. Only for .cpp files: the library is
/// large.
[[nodiscard]] inline nlohmann::json member(const nlohmann::json& json, const char* name) {
  if (!json.is_object()) return {};
  const auto found = json.find(name);
  return found == json.end() ? nlohmann::json() : *found;
}

/// A string as it is; empty for anything else.
[[nodiscard]] inline std::string text_of(const nlohmann::json& json) {
  return json.is_string() ? json.get<std::string>() : "";
}

}  // namespace pipectl::docker
