#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/session/run_options.hpp"
#include "core/model/outcome.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl::cli {

/// Of `deploy ENV` and `rollback ENV`: picks the stages that deploy there, without what they need,
/// and makes ENV the target of those that name none. Those are meant only where no stage names ENV;
/// otherwise they deploy something else, and a line on stderr says so. Fault::usage when there is
/// no such environment or nothing deploys there.
[[nodiscard]] Result<void> select_deploys(const Pipeline& pipeline, RunOptions& options);

/// What `rollback` tells the stages that it picked, by node; empty for every other run.
[[nodiscard]] std::vector<std::map<std::string, std::string>> rollback_notes(
    const plan::Plan& plan, const RunOptions& options);

/// The exit code of a deploy or a rollback by hand that no stage did; 0 for every other run.
[[nodiscard]] int exit_code_of_nothing(const RunOptions& options);

/// What to say then: of every deploy, why it did nothing. `outcomes` is by node, or empty when
/// nothing was begun.
[[nodiscard]] Error nothing_deployed(const plan::Plan& plan, const std::vector<Outcome>& outcomes,
                                     const RunOptions& options);

}  // namespace pipectl::cli
