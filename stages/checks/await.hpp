#pragma once

#include <string>

#include "stages/checks/check_list.hpp"

namespace pipectl::stages {

enum class Health {
  healthy,
  unhealthy,
  unreachable,  ///< what was to be asked could not be asked: nothing is known of the health
  timed_out,
  cancelled,
};

struct Verdict {
  Health health{Health::healthy};
  /// `health http://app/ready: 503, want 200 (tried 12 times in 30s)`; empty when healthy.
  std::string reason;
  std::string hint{};  ///< of the last try, may be empty
};

/// Tries the checks one after the other, each until it is healthy or its patience ends. The first
/// one that does not get healthy ends it. What is seen on the way is noted.
[[nodiscard]] Verdict await_healthy(const CheckList& checks, StageContext& context);

/// The outcome of a stage for which this was the last word.
[[nodiscard]] Outcome outcome_of(const Verdict& verdict);

}  // namespace pipectl::stages
