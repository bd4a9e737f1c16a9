#pragma once

#include <optional>

#include "core/model/outcome.hpp"
#include "core/model/stage_spec.hpp"

namespace pipectl {

/// The pause before the next attempt, or nothing when this outcome is final. `attempt` is the one
/// that just ended, from 1. The pause doubles each time, at most 5 minutes.
[[nodiscard]] std::optional<Milliseconds> next_attempt_after(const Retry& retry,
                                                             const Outcome& outcome, int attempt);

/// A failure that `allow_failure` covers becomes `warned`; everything else stays.
[[nodiscard]] Outcome apply_allow_failure(const AllowFailure& allow, Outcome outcome);

}  // namespace pipectl
