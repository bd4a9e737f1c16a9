#include "core/config/checks.hpp"

#include <fmt/format.h>

#include <map>

#include "core/base/text.hpp"

namespace pipectl::config {
namespace {

void check_no_secret(const EnvEntry& entry, const Pipeline& pipeline, Diagnostics& diagnostics) {
  if (pipeline.secret(entry.name) != nullptr)
    diagnostics.error(entry.value.where(), fmt::format("'{}' is declared as a secret", entry.name),
                      "a variable needs another name; grant the secret with `secrets`");
}

expr::Origin check_entry(const EnvEntry& entry, const Pipeline& pipeline, const StageNames& names,
                         Diagnostics& diagnostics) {
  check_no_secret(entry, pipeline, diagnostics);
  return entry.value.check(names, diagnostics);
}

void check_service(const ServiceSpec& service, const Pipeline& pipeline, const StageNames& names,
                   Diagnostics& diagnostics) {
  service.image.check(names, diagnostics);
  for (const auto& entry : service.env) check_entry(entry, pipeline, names, diagnostics);
  for (const auto& part : service.command) part.check(names, diagnostics);
  service.health.path.check(names, diagnostics);
  for (const auto& part : service.health.command) part.check(names, diagnostics);
}

NameTable::Environment check_environment(const EnvironmentSpec& environment, const NameTable& table,
                                         Diagnostics& diagnostics) {
  StageNames names(table);
  NameTable::Environment origins;
  for (const auto& [name, value] : environment.values)
    origins.values.emplace(name, value.check(names, diagnostics));
  for (const auto& entry : environment.env) {
    const auto origin = check_entry(entry, table.pipeline, names, diagnostics);
    names.add_env(entry.name, origin);
    origins.env.insert_or_assign(entry.name, origin);
  }
  return origins;
}

/// `a-b` and `a_b` would both be PIPECTL_OUT_A_B_…; `stages.a-b.outputs` tells them apart.
void warn_of_same_variables(const Pipeline& pipeline, Diagnostics& diagnostics) {
  std::map<std::string, const StageSpec*> variables;
  for (const auto& stage : pipeline.stages) {
    const auto [entry, fresh] = variables.emplace(env_name(stage.name), &stage);
    if (!fresh)
      diagnostics.warning(
          stage.where,
          fmt::format("the outputs of stages '{}' and '{}' are the same "
                      "variables, PIPECTL_OUT_{}_*",
                      entry->second->name, stage.name, entry->first),
          fmt::format("rename one, or read them as `stages.{}.outputs.KEY`", stage.name));
  }
}

}  // namespace

void check_file(const Pipeline& pipeline, std::size_t from_files, NameTable& table,
                Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < pipeline.env.size(); ++i) {
    const EnvEntry& entry = pipeline.env[i];
    const auto origin = check_entry(entry, pipeline, StageNames(table), diagnostics);
    table.env.insert_or_assign(entry.name, i < from_files ? expr::Origin::outside : origin);
  }
  if (pipeline.source) pipeline.source->ref.check(StageNames(table), diagnostics);
  std::vector<NameTable::Environment> checked;
  checked.reserve(pipeline.environments.size());
  for (const auto& environment : pipeline.environments)
    checked.push_back(check_environment(environment, table, diagnostics));
  for (std::size_t i = 0; i < checked.size(); ++i)
    table.add_environment(pipeline.environments[i].name, std::move(checked[i]));
  warn_of_same_variables(pipeline, diagnostics);
}

void check_stage(const StageSpec& stage, const Pipeline& pipeline, StageNames& names,
                 Diagnostics& diagnostics) {
  for (const auto& entry : stage.env)
    names.add_env(entry.name, check_entry(entry, pipeline, names, diagnostics));
  if (stage.when) stage.when->check(names, diagnostics);
  stage.working_directory.check(names, diagnostics);
  stage.container.image.check(names, diagnostics);
  for (const auto& service : stage.services) check_service(service, pipeline, names, diagnostics);
  if (stage.concurrency) stage.concurrency->check(names, diagnostics);
  for (const auto& pattern : stage.artifacts) pattern.check(names, diagnostics);
  for (const auto& report : stage.reports)
    for (const auto& path : report.paths) path.check(names, diagnostics);
  for (const auto& gate : stage.gates) gate.bound.check(names, diagnostics);
  if (!stage.cache) return;
  stage.cache->key.check(names, diagnostics);
  for (const auto& path : stage.cache->paths) path.check(names, diagnostics);
}

}  // namespace pipectl::config
