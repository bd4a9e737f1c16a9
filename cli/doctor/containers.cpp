#include <fmt/format.h>

#include <algorithm>

#include "cli/doctor/doctor.hpp"
#include "core/base/text.hpp"
#include "core/exec/local_executor.hpp"
#include "plugins/docker/engine.hpp"

namespace pipectl::cli {
namespace {

bool needs_engine(const StageSpec& stage) {
  return executor_of(stage) == ExecutorKind::docker || !stage.services.empty();
}

}  // namespace

std::vector<Finding> check_containers(const PipelineFile& file, const Invocation& invocation) {
  std::vector<std::string> stages;
  for (const auto& stage : file.loaded.pipeline.stages)
    if (needs_engine(stage)) stages.push_back(stage.name);
  if (stages.empty()) return {};
  const auto executor = make_local_executor(nullptr);
  const docker::Client client{*executor, invocation.env};
  const auto engine = docker::ask_engine(client, CancelToken{});
  const auto who = join(stages, ", ");
  if (!engine)
    return {{"docker", "engine", Health::bad, engine.error().message + "; for " + who,
             engine.error().hint}};
  return {{"docker", "engine", Health::good,
           fmt::format("{}{}; for {}", engine->version, engine->rootless ? ", rootless" : "", who),
           ""}};
}

}  // namespace pipectl::cli
