#include "plugins/kubernetes/restartable.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "plugins/kubernetes/json_access.hpp"

namespace pipectl::plugins::kubernetes {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kinds{"deployment", "statefulset", "daemonset"};

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : static_cast<char>(c);
  });
  return text;
}

bool container_reads(const json& container, const std::string& secret) {
  const auto in_variable = [&](const json& one) {
    return text_at(one, "/valueFrom/secretKeyRef/name") == secret;
  };
  const auto all_of_it = [&](const json& one) { return text_at(one, "/secretRef/name") == secret; };
  return std::ranges::any_of(items_at(container, "/env"), in_variable) ||
         std::ranges::any_of(items_at(container, "/envFrom"), all_of_it);
}

bool volume_holds(const json& volume, const std::string& secret) {
  const auto source = [&](const json& one) { return text_at(one, "/secret/name") == secret; };
  return text_at(volume, "/secret/secretName") == secret ||
         std::ranges::any_of(items_at(volume, "/projected/sources"), source);
}

bool reads(const json& object, const std::string& secret) {
  const auto container = [&](const json& one) { return container_reads(one, secret); };
  const auto volume = [&](const json& one) { return volume_holds(one, secret); };
  const auto pull = [&](const json& one) { return text_at(one, "/name") == secret; };
  return std::ranges::any_of(items_at(object, "/spec/template/spec/containers"), container) ||
         std::ranges::any_of(items_at(object, "/spec/template/spec/initContainers"), container) ||
         std::ranges::any_of(items_at(object, "/spec/template/spec/volumes"), volume) ||
         std::ranges::any_of(items_at(object, "/spec/template/spec/imagePullSecrets"), pull);
}

}  // namespace

std::optional<Restartable> parse_restartable(std::string_view text) {
  const auto slash = text.find('/');
  Restartable workload{"deployment", std::string(text)};
  if (slash != std::string_view::npos)
    workload = {in_lower_case(std::string(text.substr(0, slash))),
                std::string(text.substr(slash + 1))};
  const bool known = std::ranges::find(kinds, workload.kind) != kinds.end();
  const bool plain = !workload.name.empty() && workload.name.find('/') == std::string::npos &&
                     !workload.name.starts_with('-');
  if (!known || !plain) return std::nullopt;
  return workload;
}

std::optional<Restartable> user_of(const json& object, const std::string& secret) {
  if (!reads(object, secret)) return std::nullopt;
  return parse_restartable(in_lower_case(text_at(object, "/kind")) + "/" +
                           text_at(object, "/metadata/name"));
}

}  // namespace pipectl::plugins::kubernetes
