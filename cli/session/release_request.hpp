#pragma once

#include <string>

#include "cli/session/run_options.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl::cli {

/// `pipectl release`: selects the stages that release, and no others.
Result<void> select_releases(const Pipeline& pipeline, RunOptions& options);

/// Whether a release of this run made the commit: its working tree has moved to it.
[[nodiscard]] bool is_own_commit(const store::RunRecord& record, const std::string& sha);

}  // namespace pipectl::cli
