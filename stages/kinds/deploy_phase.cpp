#include "stages/kinds/deploy_phase.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace pipectl::stages {
namespace {

constexpr std::string_view phase_key = "deploy.phase";
constexpr std::string_view failure_key = "deploy.failure";

constexpr std::array<std::pair<DeployPhase, std::string_view>, 5> names{{
    {DeployPhase::none, ""},
    {DeployPhase::applying, "applying"},
    {DeployPhase::checking, "checking"},
    {DeployPhase::undoing, "undoing"},
    {DeployPhase::ended, "ended"},
}};

std::string recalled(const StageContext& context, std::string_view key) {
  const auto found = context.remembered.find(std::string{key});
  return found == context.remembered.end() ? std::string{} : found->second;
}

}  // namespace

DeployMemory recall_deploy(const StageContext& context) {
  DeployMemory memory;
  const std::string written = recalled(context, phase_key);
  for (const auto& [phase, name] : names)
    if (name == written) memory.phase = phase;
  memory.failure = recalled(context, failure_key);
  return memory;
}

Result<void> remember_deploy(StageContext& context, DeployPhase phase, const std::string& failure) {
  // The phase is written last: it decides whether the failure is looked at.
  if (!failure.empty()) TRY(context.emit.remember(std::string{failure_key}, failure));
  std::string_view text;
  for (const auto& [known, name] : names)
    if (known == phase) text = name;
  return context.emit.remember(std::string{phase_key}, std::string{text});
}

}  // namespace pipectl::stages
