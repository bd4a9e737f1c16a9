#include "cli/session/deploy_request.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "stages/deploy/deploy_memory.hpp"

namespace pipectl::cli {

Result<void> select_deploys(const Pipeline& pipeline, RunOptions& options) {
  const std::string& name = options.deploy_to;
  if (pipeline.environment(name) == nullptr) {
    std::vector<std::string_view> known;
    for (const auto& environment : pipeline.environments) known.emplace_back(environment.name);
    return fail(Fault::usage, fmt::format("there is no environment '{}'", printable(name)),
                suggestion(name, known));
  }
  std::vector<std::string> stages;
  for (const StageSpec& stage : pipeline.stages)
    if (stage.kind == "deploy" && (stage.environment.empty() || stage.environment == name))
      stages.push_back(stage.name);
  if (stages.empty())
    return fail(Fault::usage, fmt::format("no stage deploys to '{}'", name),
                fmt::format("a stage of `kind: deploy` with `environment: {}` does", name));
  options.pipeline.environment = name;
  options.pipeline.selection.only = std::move(stages);
  return {};
}

std::vector<std::map<std::string, std::string>> rollback_notes(const plan::Plan& plan,
                                                               const RunOptions& options) {
  std::vector<std::map<std::string, std::string>> notes;
  if (!options.go_back) return notes;
  for (const plan::Node& node : plan.nodes)
    notes.push_back(node.skip == SkipCause::none
                        ? stages::to_notes(stages::GoBack{*options.go_back})
                        : std::map<std::string, std::string>{});
  return notes;
}

}  // namespace pipectl::cli
