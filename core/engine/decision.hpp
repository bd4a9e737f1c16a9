#pragma once

#include <memory>
#include <variant>

#include "core/engine/run_values.hpp"
#include "core/engine/scheduler.hpp"

namespace pipectl {

/// The stage starts, with the values that it sees.
struct Start {
  std::shared_ptr<const NodeScope> scope;
};

/// Whether what keeps a stage from deploying holds: the branches of its environment, approvals,
/// files that did not change. A rollback by hand is for emergencies, and must go from any machine.
enum class Guards { kept, waived };

/// What becomes of a node whose needs have ended: it starts, or it ends here (skipped, or failed
/// because a required program is absent or its environment does not take this branch). The reasons
/// are what `explain` shows.
using Decision = std::variant<Start, Outcome>;
[[nodiscard]] Decision decide(const NodeScope::Parts& parts, const Scheduler::Verdict& verdict,
                              Guards guards = Guards::kept);

/// True for a stage that also runs after failures: `always: true`, or a condition that calls
/// always() or failure(). Ctrl-C once does not stop it.
[[nodiscard]] bool runs_after_failure(const StageSpec& stage);

}  // namespace pipectl
