#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace pipectl::plugins::kubernetes {

/// Readings that never throw: what is absent or of another type reads as empty. `path` is a JSON
/// pointer.
[[nodiscard]] std::string text_at(const nlohmann::json& object, const char* path);
[[nodiscard]] long number_at(const nlohmann::json& object, const char* path, long otherwise);
[[nodiscard]] bool true_at(const nlohmann::json& object, const char* path);
[[nodiscard]] std::map<std::string, std::string> texts_at(const nlohmann::json& object,
                                                          const char* path);
[[nodiscard]] std::vector<nlohmann::json> items_at(const nlohmann::json& object, const char* path);
/// The items of a List; none when it is no JSON.
[[nodiscard]] std::vector<nlohmann::json> items_of(const std::string& list);

}  // namespace pipectl::plugins::kubernetes
