#include "core/engine/child_environment.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

std::string output_variable(const std::string& stage, const std::string& key) {
  return "PIPECTL_OUT_" + env_name(stage) + "_" + env_name(key);
}

struct Output {
  const std::string& stage;
  const std::string& key;
  const std::string& value;
};

std::string note_on(const std::string& variable, const Output& held, const Output& other) {
  return fmt::format(
      "warning: {} is output '{}' of {}, not '{}' of {}; read that as stages.{}.outputs.{}",
      variable, held.key, held.stage, other.key, other.stage, other.stage, other.key);
}

}  // namespace

VisibleOutputs visible_outputs(const plan::Plan& plan, plan::NodeId id,
                               const OutputTable& outputs) {
  VisibleOutputs visible;
  if (outputs.empty()) return visible;
  std::vector<bool> seen(plan.nodes.size());
  std::set<const void*> lists;  // many nodes share one list of needs
  std::vector<plan::NodeId> open{id};
  while (!open.empty()) {
    const auto& needs = plan.nodes[open.back()].needs;
    open.pop_back();
    if (!lists.insert(needs.identity()).second) continue;
    for (const auto need : needs) {
      if (seen[need]) continue;
      seen[need] = true;
      open.push_back(need);
      const std::string& stage = plan.nodes[need].stage->name;
      auto own = outputs.of(stage);
      if (!own.empty()) visible[stage] = std::move(own);
    }
  }
  return visible;
}

std::vector<std::string> notes_on_shared_variables(const VisibleOutputs& outputs) {
  std::vector<std::string> notes;
  std::map<std::string, Output> seen;
  for (const auto& [stage, values] : outputs)
    for (const auto& [key, value] : values) {
      const auto [other, fresh] =
          seen.try_emplace(output_variable(stage, key), Output{stage, key, value});
      if (!fresh && other->second.value != value)
        notes.push_back(note_on(other->first, {stage, key, value}, other->second));
    }
  return notes;
}

EnvMap child_environment(const NodeScope& scope, const plan::Node& node,
                         const VisibleOutputs& outputs, const std::filesystem::path& output_file) {
  const RunFacts& facts = scope.facts();
  const bool on_host = executor_of(*node.stage) == ExecutorKind::local;
  EnvMap env = on_host ? facts.host : EnvMap{};
  for (const auto& [name, value] : scope.env()) env[name] = value;
  env["PIPECTL_RUN_ID"] = facts.id;
  env["PIPECTL_STAGE"] = node.name;
  env["PIPECTL_EVENT"] = to_string(facts.event.kind);
  env["PIPECTL_WORKSPACE"] = facts.workspace.string();
  env["PIPECTL_OUTPUT"] = output_file.string();
  env["PIPECTL_GIT_SHA"] = facts.git.sha;
  env["PIPECTL_GIT_SHORT_SHA"] = facts.git.short_sha;
  env["PIPECTL_GIT_BRANCH"] = facts.git.branch;
  env["PIPECTL_GIT_TAG"] = facts.git.tag;
  env["PIPECTL_GIT_AUTHOR"] = facts.git.author;
  env["PIPECTL_GIT_MESSAGE"] = facts.git.message;
  env["PIPECTL_GIT_REMOTE"] = facts.git.remote;
  env["PIPECTL_RUN_NUMBER"] = std::to_string(facts.number);
  if (const auto* environment = scope.environment()) env["PIPECTL_ENVIRONMENT"] = environment->name;
  for (const auto& [name, value] : facts.params) env["PIPECTL_PARAM_" + env_name(name)] = value;
  for (const auto& [axis, value] : node.matrix) env["PIPECTL_MATRIX_" + env_name(axis)] = value;
  for (const auto& [stage, values] : outputs)
    for (const auto& [key, value] : values) env[output_variable(stage, key)] = value;
  return env;
}

}  // namespace pipectl
