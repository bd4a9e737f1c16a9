#pragma once

#include <string>
#include <vector>

#include "cli/app.hpp"
#include "cli/pipeline_input.hpp"
#include "cli/session/run_options.hpp"
#include "core/api/approval.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// Who answers, as far as this process can tell: the user that the CI system names, else that of
/// the operating system.
[[nodiscard]] std::string current_person(const EnvMap& environment);

/// The stages of the run that wait for an approval.
[[nodiscard]] std::vector<const store::StageRecord*> waiting_stages(const store::RunRecord& run);

/// Writes the answer down for these stages. Fault::usage when one of them was asked too long ago.
[[nodiscard]] Result<void> answer_stages(store::RunStore& store, const store::RunRecord& run,
                                         const std::vector<const store::StageRecord*>& stages,
                                         const ApprovalAnswer& answer);

/// A CI job whose state goes with it could never be resumed: Fault::usage, before anything runs,
/// when a stage would ask there.
[[nodiscard]] Result<void> check_approvals_can_wait(const PipelineFile& file, const RunInput& input,
                                                    const Invocation& invocation);

/// Whether somebody sits in front of this run who can be asked.
[[nodiscard]] bool can_ask(const RunOptions& options, const Invocation& invocation);
/// Asks that person about each stage that waits, until `cancel`. True when at least one was
/// answered.
[[nodiscard]] Result<bool> ask_person(store::RunStore& store, const std::string& run_id,
                                      const Invocation& invocation, const CancelToken& cancel);

}  // namespace pipectl::cli
