#include <fmt/format.h>

#include <algorithm>

#include "cli/doctor/doctor.hpp"
#include "core/base/text.hpp"
#include "core/exec/local_executor.hpp"
#include "plugins/docker/engine.hpp"

namespace pipectl::cli {
namespace {

bool needs_engine(const config::LoadedPipeline& loaded, const StageSpec& stage) {
  if (executor_of(stage) == ExecutorKind::docker || !stage.services.empty()) return true;
  const auto programs = host_programs(loaded, stage);
  return std::ranges::any_of(programs, [](const auto& one) { return one.program == "docker"; });
}

/// A stage with a condition may never ask for the engine.
bool runs_for_sure(const StageSpec& stage) { return !stage.when; }

}  // namespace

std::vector<Finding> check_containers(const PipelineFile& file, const Invocation& invocation) {
  std::vector<std::string> stages;
  bool sure = false;
  for (const auto& stage : file.loaded.pipeline.stages) {
    if (!needs_engine(file.loaded, stage)) continue;
    stages.push_back(stage.name);
    sure = sure || runs_for_sure(stage);
  }
  if (stages.empty()) return {};
  const auto executor = make_local_executor(nullptr);
  const docker::Client client{*executor, invocation.env};
  const auto engine = docker::ask_engine(client, {});
  const auto who = join(stages, ", ");
  if (!engine)
    return {{"docker", "engine", sure ? Health::bad : Health::warning,
             engine.error().message + "; for " + who, engine.error().hint}};
  return {{"docker", "engine", Health::good,
           fmt::format("{}{}; for {}", engine->version, engine->rootless ? ", rootless" : "", who),
           ""}};
}

}  // namespace pipectl::cli
