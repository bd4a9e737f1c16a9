#pragma once

#include <filesystem>

#include "core/engine/stage_job.hpp"
#include "core/engine/worker_emitter.hpp"
#include "core/store/cache.hpp"

namespace pipectl {

/// What a stage takes from earlier runs and leaves behind: its cache and its artifacts.
class StageFiles {
 public:
  StageFiles(const StageJob& job, const JobTools& tools, WorkerEmitter& emit)
      : job_(job), tools_(tools), spec_(*job.node->stage), emit_(emit) {}

  /// `cache:` into the workspace, before the first attempt. A miss or a damaged archive is no
  /// error.
  Result<void> restore_cache();
  /// `artifacts:` into the run, also those of a failed stage: its reports are what one wants to
  /// see.
  Result<void> collect_artifacts(const std::filesystem::path& directory);
  /// `cache:` out of the workspace, after success. What cannot be saved is a warning: the stage was
  /// good, the next run is only slower.
  Result<void> save_cache();

 private:
  Result<store::CacheRequest> cache_request() const;
  void warn(const std::vector<std::string>& warnings);

  const StageJob& job_;
  const JobTools& tools_;
  const StageSpec& spec_;
  WorkerEmitter& emit_;
};

}  // namespace pipectl
