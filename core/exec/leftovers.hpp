#pragma once

#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/exec/executor.hpp"

namespace pipectl {

/// The environment variable that marks every child of a run, and so what it leaves behind.
constexpr const char* run_id_variable = "PIPECTL_RUN_ID";
/// Beside it: the stage that the child belongs to.
constexpr const char* stage_variable = "PIPECTL_STAGE";

/// A process that outlived its stage, its run, or the pipectl of its run: it made a session of its
/// own, where signals to its group do not reach it.
struct Leftover {
  ProcessId process;
  std::string name;  ///< of its program
};

/// Whose leftovers are looked for.
struct LeftoverSearch {
  std::string run_id;                ///< as its children carry it
  std::vector<ProcessId> journaled;  ///< each spawned child that was written down
  std::string stage{};               ///< only of this one; empty: of the whole run
};

/// Every living process that has the run's id in its environment (also when its pid was never
/// written down, or it left its group and session), or is one of the journaled (pid and start
/// time), or shares a session with one that leads it, or descends from one of all these. Never this
/// process or one of its ancestors. What cleared its environment, left the session and lost its
/// parent, all of them, is not found.
[[nodiscard]] std::vector<Leftover> find_leftovers(const LeftoverSearch& search);

/// Ends them: SIGTERM, the grace (cut short by a cancellation), SIGKILL; looks again until none is
/// left. Returns what was ended; one look at all processes when that is nothing.
/// Fault::infrastructure names one that does not end or may not be signalled.
Result<std::vector<Leftover>> end_leftovers(const LeftoverSearch& search, Milliseconds grace,
                                            const CancelToken& cancel);

/// The same, for people: `ended what was left running: serve (4711), sleep (4712)`, or which one
/// does not end; empty when there was nothing.
[[nodiscard]] std::string end_and_tell(const LeftoverSearch& search, Milliseconds grace,
                                       const CancelToken& cancel);

}  // namespace pipectl
