#include "core/engine/retry.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using namespace std::chrono_literals;

namespace {

Outcome ended(Status status, std::optional<int> code = std::nullopt) {
  Outcome outcome;
  outcome.status = status;
  outcome.exit_code = code;
  return outcome;
}

}  // namespace

TEST_CASE("a retry comes at most `max` times and its pause doubles") {
  Retry retry;
  retry.max = 3;
  retry.backoff = 5s;
  CHECK(next_attempt_after(retry, ended(Status::failed), 1) == Milliseconds{5s});
  CHECK(next_attempt_after(retry, ended(Status::failed), 2) == Milliseconds{10s});
  CHECK(next_attempt_after(retry, ended(Status::failed), 3) == Milliseconds{20s});
  CHECK_FALSE(next_attempt_after(retry, ended(Status::failed), 4));
}

TEST_CASE("the pause never exceeds five minutes") {
  Retry retry;
  retry.max = 1'000;
  retry.backoff = 1s;
  CHECK(next_attempt_after(retry, ended(Status::failed), 900) == Milliseconds{5min});
}

TEST_CASE("only the named causes are retried") {
  Retry retry;
  retry.max = 1;
  retry.on = {RetryCause::timeout};
  CHECK(next_attempt_after(retry, ended(Status::timed_out), 1));
  CHECK_FALSE(next_attempt_after(retry, ended(Status::failed), 1));
  CHECK_FALSE(next_attempt_after(retry, ended(Status::infra), 1));
  retry.on = {RetryCause::exit_code, RetryCause::timeout, RetryCause::infra};
  for (const auto status : {Status::succeeded, Status::cancelled, Status::skipped, Status::bug,
                            Status::rolled_back, Status::waiting})
    CHECK_FALSE(next_attempt_after(retry, ended(status), 1));
}

TEST_CASE("a deploy that was undone, or could not be, is never tried again nor allowed to fail") {
  Retry retry;
  retry.max = 5;
  AllowFailure allow;
  allow.always = true;
  for (const auto status : {Status::failed, Status::timed_out, Status::infra}) {
    Outcome outcome = ended(status, 1);
    CHECK(next_attempt_after(retry, outcome, 1));
    outcome.undo_failed = true;
    CHECK_FALSE(next_attempt_after(retry, outcome, 1));
    CHECK(apply_allow_failure(allow, outcome).status == status);
  }
  CHECK_FALSE(next_attempt_after(retry, ended(Status::rolled_back), 1));
  CHECK(apply_allow_failure(allow, ended(Status::rolled_back)).status == Status::rolled_back);
}

TEST_CASE("allow_failure covers failures of the step, never those of the infrastructure") {
  AllowFailure allow;
  CHECK(apply_allow_failure(allow, ended(Status::failed, 1)).status == Status::failed);
  allow.always = true;
  CHECK(apply_allow_failure(allow, ended(Status::failed, 1)).status == Status::warned);
  CHECK(apply_allow_failure(allow, ended(Status::timed_out)).status == Status::warned);
  CHECK(apply_allow_failure(allow, ended(Status::infra)).status == Status::infra);
  CHECK(apply_allow_failure(allow, ended(Status::cancelled)).status == Status::cancelled);
  CHECK(apply_allow_failure(allow, ended(Status::rolled_back, 1)).status == Status::rolled_back);
  Outcome half = ended(Status::failed, 1);
  half.undo_failed = true;
  CHECK(apply_allow_failure(allow, half).status == Status::failed);
  CHECK(apply_allow_failure(allow, ended(Status::succeeded, 0)).status == Status::succeeded);
}

TEST_CASE("allow_failure by exit codes covers just these") {
  AllowFailure allow;
  allow.exit_codes = {3, 64};
  CHECK(apply_allow_failure(allow, ended(Status::failed, 64)).status == Status::warned);
  CHECK(apply_allow_failure(allow, ended(Status::failed, 1)).status == Status::failed);
  CHECK(apply_allow_failure(allow, ended(Status::failed)).status == Status::failed);
}
