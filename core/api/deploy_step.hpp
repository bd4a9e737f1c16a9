#pragma once

#include <string>

#include "core/base/clock.hpp"

namespace pipectl {

/// Where a new release stands while it comes up.
enum class DeployPlace {
  instead,  ///< in place of the running one, which goes as it comes
  mixed,    ///< beside it, and shares its traffic by numbers
  apart,    ///< beside it, without traffic until all of it is shifted at once
};

/// One step of a strategy, as data: what is done, and what takes it back. Every deed looks at the
/// target first and may be done again, so that a run that was interrupted goes on with the step
/// that it was at.
struct DeployStep {
  enum class Deed {
    apply,    ///< the release is put to its place
    settle,   ///< what was applied gets ready, within `time`
    shift,    ///< `share` percent of the traffic go to it, within `time`
    pause,    ///< `time` passes
    analyse,  ///< the strategy's analyses look at it
    check,    ///< the stage's health checks look at it
    record,   ///< from here on it is the release that runs; nothing after this is undone
    retire,   ///< what the old release or the way here needed is taken away
  };
  enum class Undo {
    none,
    restore,     ///< the release before is put back to its place
    shift_back,  ///< all traffic goes to the release before
    remove,      ///< what stands beside it is taken away
  };

  Deed deed{Deed::apply};
  DeployPlace place{DeployPlace::instead};
  Undo undo{Undo::none};
  int share{100};             ///< percent
  Milliseconds time{0};       ///< a limit, or how long to pause
  std::string surge{};        ///< how many more, and how many fewer, while one goes as the other
  std::string unavailable{};  ///< comes: `1`, `25%`; empty: what the target's own files say

  bool operator==(const DeployStep&) const = default;
};

/// `apply`, `shift 10%`, `pause 30s`: for plan, messages and tests.
[[nodiscard]] std::string describe(const DeployStep& step);
[[nodiscard]] std::string describe(DeployStep::Undo undo);

}  // namespace pipectl
