#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/session/run_options.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl::cli {

/// Of `deploy ENV` and `rollback ENV`: picks the stages that deploy there, without what they need,
/// and makes ENV the target of those that name none. Fault::usage when there is no such environment
/// or nothing deploys there.
[[nodiscard]] Result<void> select_deploys(const Pipeline& pipeline, RunOptions& options);

/// What `rollback` tells the stages that it picked, by node; empty for every other run.
[[nodiscard]] std::vector<std::map<std::string, std::string>> rollback_notes(
    const plan::Plan& plan, const RunOptions& options);

}  // namespace pipectl::cli
