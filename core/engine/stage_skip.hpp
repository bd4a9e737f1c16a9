#pragma once

#include <filesystem>
#include <optional>

#include "core/engine/stage_job.hpp"
#include "core/engine/worker_emitter.hpp"
#include "core/store/fingerprint.hpp"

namespace pipectl {

/// The content-addressed skip of a stage with `inputs`: looked for before it runs, kept after it
/// was good. What decides is in the request: the stage's own definition, its env, parameters,
/// matrix values and the outputs of earlier stages, and its input files. What git says is not: a
/// commit that touches no input changes nothing.
class StageSkip {
 public:
  StageSkip(const StageJob& job, const JobTools& tools, WorkerEmitter& emit);

  /// The outcome of an earlier run of the same thing, its files put back; nothing when it has to
  /// run.
  std::optional<Outcome> cached(const std::filesystem::path& directory);
  /// Remembers this success.
  void keep(const Outcome& outcome);

 private:
  [[nodiscard]] bool in_use() const noexcept {
    return tools_.skips != nullptr && !job_.node->stage->inputs.empty() &&
           tools_.cache == JobTools::Cache::use;
  }
  void warn(const std::vector<std::string>& warnings);

  const StageJob& job_;
  const JobTools& tools_;
  WorkerEmitter& emit_;
  store::SkipRequest request_;
  std::optional<store::SkipVerdict> verdict_;
};

}  // namespace pipectl
