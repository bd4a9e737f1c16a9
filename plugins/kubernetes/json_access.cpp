#include "plugins/kubernetes/json_access.hpp"

#include <nlohmann/json.hpp>

namespace pipectl::plugins::kubernetes {
namespace {

using nlohmann::json;

const json* at(const json& object, const char* path) {
  const json::json_pointer pointer{path};
  return object.contains(pointer) ? &object.at(pointer) : nullptr;
}

}  // namespace

std::string text_at(const json& object, const char* path) {
  const json* const found = at(object, path);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string{};
}

long number_at(const json& object, const char* path, long otherwise) {
  const json* const found = at(object, path);
  return found != nullptr && found->is_number_integer() ? found->get<long>() : otherwise;
}

bool true_at(const json& object, const char* path) {
  const json* const found = at(object, path);
  return found != nullptr && found->is_boolean() && found->get<bool>();
}

std::map<std::string, std::string> texts_at(const json& object, const char* path) {
  std::map<std::string, std::string> texts;
  const json* const found = at(object, path);
  if (found == nullptr || !found->is_object()) return texts;
  for (const auto& [key, value] : found->items())
    if (value.is_string()) texts.emplace(key, value.get<std::string>());
  return texts;
}

std::vector<json> items_at(const json& object, const char* path) {
  const json* const found = at(object, path);
  if (found == nullptr || !found->is_array()) return {};
  return {found->begin(), found->end()};
}

std::vector<json> items_of(const std::string& list) {
  return items_at(json::parse(list, nullptr, false), "/items");
}

}  // namespace pipectl::plugins::kubernetes
