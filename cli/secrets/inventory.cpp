#include "cli/secrets/inventory.hpp"

#include <algorithm>

#include "core/engine/secret_vault.hpp"
#include "plugins/secrets/sources.hpp"

namespace pipectl::cli {
namespace {

bool holds(const std::vector<std::string>& names, const std::string& wanted) {
  return std::ranges::find(names, wanted) != names.end();
}

bool is_for(const Pipeline& pipeline, const StageSpec& stage, const std::string& secret) {
  if (holds(granted_secrets(pipeline, stage, {}), secret)) return true;
  return std::ranges::any_of(stage.services,
                             [&](const auto& service) { return holds(service.secrets, secret); });
}

std::vector<std::string> users_of(const config::LoadedPipeline& loaded, const std::string& secret) {
  const Pipeline& pipeline = loaded.pipeline;
  std::vector<std::string> users;
  if (pipeline.source && pipeline.source->secret == secret) users.emplace_back("source");
  for (const auto& stage : pipeline.stages)
    if (is_for(pipeline, stage, secret)) users.push_back(stage.name);
  for (const auto& environment : pipeline.environments)
    if (holds(environment.secrets, secret)) users.push_back("environment " + environment.name);
  for (const auto& one : loaded.notifiers)
    if (holds(one.notifier->secrets(), secret)) users.push_back("notify " + one.name);
  return users;
}

}  // namespace

std::vector<SecretEntry> secret_inventory(const config::LoadedPipeline& loaded) {
  std::vector<SecretEntry> entries;
  for (const auto& secret : loaded.pipeline.secrets)
    entries.push_back({secret.name, secret.provider, plugins::source_of(secret), secret.optional,
                       users_of(loaded, secret.name)});
  return entries;
}

}  // namespace pipectl::cli
