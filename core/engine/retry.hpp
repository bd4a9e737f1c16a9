#pragma once

#include <optional>

#include "core/model/outcome.hpp"
#include "core/model/stage_spec.hpp"

namespace pipectl {

/// The pause before the next attempt, or nothing when this outcome is final. `attempt` is the one
/// that just ended, from 1. The pause doubles each time, at most 5 minutes. A deploy that was
/// undone is final: what stands now is the old release. One that could not be undone is, too,
/// whatever else its outcome says: nobody knows what a further attempt would meet.
[[nodiscard]] std::optional<Milliseconds> next_attempt_after(const Retry& retry,
                                                             const Outcome& outcome, int attempt);

/// A failure that `allow_failure` covers becomes `warned`; everything else stays, also a deploy
/// that failed and was undone, or could not be.
[[nodiscard]] Outcome apply_allow_failure(const AllowFailure& allow, Outcome outcome);

}  // namespace pipectl
