#include "core/engine/retry.hpp"

#include <algorithm>

namespace pipectl {
namespace {

constexpr Milliseconds longest_pause{std::chrono::minutes{5}};

std::optional<RetryCause> cause_of(Status status) noexcept {
  switch (status) {
    case Status::failed:
      return RetryCause::exit_code;
    case Status::timed_out:
      return RetryCause::timeout;
    case Status::infra:
      return RetryCause::infra;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Milliseconds> next_attempt_after(const Retry& retry, const Outcome& outcome,
                                               int attempt) {
  if (outcome.undo_failed) return std::nullopt;
  const auto cause = cause_of(outcome.status);
  if (!cause || attempt > static_cast<int>(retry.max)) return std::nullopt;
  if (std::find(retry.on.begin(), retry.on.end(), *cause) == retry.on.end()) return std::nullopt;
  const int doublings = std::min(attempt - 1, 20);
  return std::min(longest_pause, retry.backoff * (1L << doublings));
}

Outcome apply_allow_failure(const AllowFailure& allow, Outcome outcome) {
  if (outcome.undo_failed) return outcome;
  if (outcome.status != Status::failed && outcome.status != Status::timed_out) return outcome;
  const auto& codes = allow.exit_codes;
  const bool listed =
      outcome.exit_code && std::find(codes.begin(), codes.end(), *outcome.exit_code) != codes.end();
  if (allow.always || listed) outcome.status = Status::warned;
  return outcome;
}

}  // namespace pipectl
