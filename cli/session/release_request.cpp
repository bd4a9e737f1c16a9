#include "cli/session/release_request.hpp"

#include <algorithm>

#include "plugins/release/memory.hpp"

namespace pipectl::cli {

Result<void> select_releases(const Pipeline& pipeline, RunOptions& options) {
  std::vector<std::string> stages;
  for (const StageSpec& stage : pipeline.stages)
    if (stage.kind == "release") stages.push_back(stage.name);
  if (stages.empty())
    return fail(Fault::usage, "no stage of this pipeline releases",
                "a stage of `kind: release` does");
  options.pipeline.selection.only = std::move(stages);
  return {};
}

bool is_own_commit(const store::RunRecord& record, const std::string& sha) {
  return !sha.empty() && std::ranges::any_of(record.stages, [&](const store::StageRecord& stage) {
    return releasing::recall(stage.notes).commit == sha;
  });
}

}  // namespace pipectl::cli
