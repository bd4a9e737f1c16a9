#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/outcome.hpp"
#include "core/plan/plan.hpp"
#include "core/store/run_store.hpp"

namespace pipectl {

/// What a resumed run takes over from its earlier try, by node.
struct Resumed {
  std::vector<std::optional<Outcome>> ended;
  std::vector<std::map<std::string, std::string>> notes;
};

/// A stage that ended well (succeeded, warned, cached) is kept when everything that it needs is
/// kept or was skipped for good; so a clean-up stage that ran after a failure runs again.
/// Everything else runs again.
[[nodiscard]] Resumed take_over(const plan::Plan& plan, const store::RunRecord& record);

/// The processes that were running when the earlier try died.
[[nodiscard]] std::vector<ProcessId> unfinished_processes(const store::RunRecord& record);

}  // namespace pipectl
