#include "cli/session/deploy_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "cli/app.hpp"
#include "core/base/text.hpp"
#include "stages/deploy/deploy_memory.hpp"

namespace pipectl::cli {
namespace {

std::vector<std::string> deploys_of(const Pipeline& pipeline, std::string_view environment) {
  std::vector<std::string> stages;
  for (const StageSpec& stage : pipeline.stages)
    if (stage.kind == "deploy" && stage.environment == environment) stages.push_back(stage.name);
  return stages;
}

}  // namespace

Result<void> select_deploys(const Pipeline& pipeline, RunOptions& options) {
  const std::string& name = options.deploy_to;
  if (pipeline.environment(name) == nullptr) {
    std::vector<std::string_view> known;
    for (const auto& environment : pipeline.environments) known.emplace_back(environment.name);
    return fail(Fault::usage, fmt::format("there is no environment '{}'", printable(name)),
                suggestion(name, known));
  }
  std::vector<std::string> stages = deploys_of(pipeline, name);
  const std::vector<std::string> others = deploys_of(pipeline, "");
  if (stages.empty())
    stages = others;
  else if (!others.empty())
    fmt::print(stderr, "pipectl: {} {} no environment and {} left out\n", join(others, ", "),
               others.size() == 1 ? "names" : "name", others.size() == 1 ? "is" : "are");
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

int exit_code_of_nothing(const RunOptions& options) {
  constexpr int not_undone = 6;
  if (options.go_back) return not_undone;
  return options.deploy_to.empty() ? 0 : exit_code_of(Fault::step);
}

Error nothing_deployed(const plan::Plan& plan, const std::vector<Outcome>& outcomes,
                       const RunOptions& options) {
  const std::vector<std::string>& meant = options.pipeline.selection.only;
  std::string why;
  for (const plan::Node& node : plan.nodes) {
    if (std::ranges::find(meant, node.stage->name) == meant.end()) continue;
    const std::string& reason = node.skip != SkipCause::none || outcomes.empty()
                                    ? node.skip_reason
                                    : outcomes[node.id].reason;
    why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", node.name, reason);
  }
  return {
      Fault::step,
      fmt::format("{}: {}", options.go_back ? "nothing went back" : "nothing was deployed", why),
      "give it by `-p`, `-e`, `--event` or `--branch` what its conditions ask for"};
}

}  // namespace pipectl::cli
