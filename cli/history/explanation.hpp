#pragma once

#include <string>
#include <vector>

#include "cli/ui/terminal.hpp"
#include "core/store/audit_log.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// Why a stage ran, was skipped, was taken from the cache, failed or was killed, in words: what
/// happened, why, down to the stage where it began, which secrets it used, and where to look
/// further.
[[nodiscard]] std::string explanation(const store::RunRecord& run, const store::StageRecord& stage,
                                      const store::RunStore& history, const ui::Terminal& terminal,
                                      const std::vector<store::SecretUse>& uses = {});

}  // namespace pipectl::cli
