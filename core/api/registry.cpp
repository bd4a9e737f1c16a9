#include "core/api/registry.hpp"

#include <algorithm>

namespace pipectl {
namespace {

template <class Parts>
auto find(const Parts& parts, std::string_view name) noexcept -> decltype(parts.front().get()) {
  for (const auto& part : parts)
    if (part->name() == name) return part.get();
  return nullptr;
}

}  // namespace

const StageKind* Registry::stage_kind(std::string_view name) const noexcept {
  return find(stage_kinds_, name);
}
const HealthCheckKind* Registry::health_check(std::string_view name) const noexcept {
  return find(checks_, name);
}
const SecretProvider* Registry::secret_provider(std::string_view name) const noexcept {
  return find(providers_, name);
}
const NotifierKind* Registry::notifier(std::string_view name) const noexcept {
  return find(notifiers_, name);
}
const DeployTargetKind* Registry::deploy_target(std::string_view name) const noexcept {
  return find(targets_, name);
}
const DeployStrategyKind* Registry::deploy_strategy(std::string_view name) const noexcept {
  return find(strategies_, name);
}
const ExecutorFactory* Registry::executor(std::string_view name) const noexcept {
  return find(executors_, name);
}

const StageMethod* Registry::stage_method(std::string_view kind, yaml::Node mapping) const {
  for (const auto& method : methods_)
    if (method->kind() == kind && mapping.find(method->key().name)) return method.get();
  return nullptr;
}

std::vector<KeyDoc> Registry::keys_of(const StageKind& kind) const {
  auto keys = kind.keys();
  if (kind.name() == "deploy")
    for (const auto& target : targets_)
      keys.push_back({target->name(), target->type(), target->summary()});
  for (const auto& method : methods_)
    if (method->kind() == kind.name()) keys.push_back(method->key());
  return keys;
}
const ReportReader* Registry::report_reader(std::string_view name) const noexcept {
  return find(report_readers_, name);
}
const ToolPreset* Registry::tool(std::string_view name) const noexcept {
  const auto hit = std::ranges::find(tools_, name, &ToolPreset::name);
  return hit == tools_.end() ? nullptr : &*hit;
}

}  // namespace pipectl
