#include "core/engine/child_environment.hpp"

#include "core/base/text.hpp"

namespace pipectl {
namespace {

Result<void> add_all(const std::vector<EnvEntry>& entries, NodeScope& scope) {
  for (const auto& entry : entries)
    scope.env()[entry.name] =
        entry.value.is_literal() ? entry.value.text() : TRY(entry.value.evaluate(scope));
  return {};
}

}  // namespace

Result<void> compose_env(const Pipeline& pipeline, const StageSpec& stage, NodeScope& scope) {
  const auto& variables = scope.facts().variables;
  for (const auto& [name, value] : variables) scope.env()[name] = value;
  TRY(add_all(pipeline.env, scope));
  for (const auto& [name, value] : variables) scope.env()[name] = value;
  if (const auto* environment = scope.environment()) TRY(add_all(environment->env, scope));
  TRY(add_all(stage.env, scope));
  for (const auto& [name, value] : variables) scope.env()[name] = value;
  return {};
}

EnvMap child_environment(const NodeScope& scope, const plan::Node& node,
                         const VisibleOutputs& outputs, const std::filesystem::path& output_file) {
  const RunFacts& facts = scope.facts();
  EnvMap env = facts.host;
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
  env["PIPECTL_RUN_NUMBER"] = std::to_string(facts.number);
  if (const auto* environment = scope.environment())
    env["PIPECTL_ENVIRONMENT"] = environment->name;
  for (const auto& [name, value] : facts.params) env["PIPECTL_PARAM_" + env_name(name)] = value;
  for (const auto& [axis, value] : node.matrix) env["PIPECTL_MATRIX_" + env_name(axis)] = value;
  for (const auto& [stage, values] : outputs)
    for (const auto& [key, value] : values)
      env["PIPECTL_OUT_" + env_name(stage) + "_" + env_name(key)] = value;
  return env;
}

}  // namespace pipectl
