#include "cli/session/rotation_request.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "stages/rotate/rotate_stage.hpp"

namespace pipectl::cli {

Result<void> select_rotations(const config::LoadedPipeline& loaded, RunOptions& options) {
  std::vector<std::string> stages;
  std::vector<std::string_view> known;
  for (const StageSpec& stage : loaded.pipeline.stages) {
    const auto runner = loaded.runners.find(stage.name);
    if (runner == loaded.runners.end()) continue;
    const auto* const rotation = dynamic_cast<const stages::RotateStage*>(runner->second.get());
    if (rotation == nullptr) continue;
    known.emplace_back(rotation->secret());
    if (rotation->secret() == options.rotate) stages.push_back(stage.name);
  }
  if (stages.empty()) {
    std::string hint = suggestion(options.rotate, known);
    if (hint.empty())
      hint = fmt::format("a stage of `kind: rotate` with `secret: {}` does", options.rotate);
    return fail(Fault::usage,
                fmt::format("no stage of this pipeline rotates '{}'", printable(options.rotate)),
                std::move(hint));
  }
  options.pipeline.selection.only = std::move(stages);
  return {};
}

Result<std::optional<std::string>> find_died_rotation(store::RunStore& store,
                                                      const PipelineFile& file,
                                                      const RunOptions& options,
                                                      const Invocation& invocation) {
  const auto latest = TRY(store.latest(file.file.string()));
  const bool died = latest && !latest->exit_code && latest->request.digest == file.loaded.digest &&
                    latest->request.selection == selection_to_json(options.pipeline.selection) &&
                    !store.is_running(latest->id) &&
                    latest->request.git.sha == TRY(current_commit(file, invocation)).sha;
  return died ? std::optional{latest->id} : std::nullopt;
}

}  // namespace pipectl::cli
