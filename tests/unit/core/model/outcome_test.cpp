#include "core/model/outcome.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace pipectl;

namespace {

constexpr std::array all_statuses{Status::succeeded,   Status::warned, Status::failed,
                                  Status::timed_out,   Status::infra,  Status::cancelled,
                                  Status::skipped,     Status::cached, Status::waiting,
                                  Status::rolled_back, Status::bug};

Outcome ended(Status status) {
  Outcome outcome;
  outcome.status = status;
  return outcome;
}

Outcome not_undone() {
  Outcome outcome = ended(Status::failed);
  outcome.undo_failed = true;
  return outcome;
}

}  // namespace

TEST_CASE("every status has a name of its own and is read back", "[outcome]") {
  for (const auto status : all_statuses) {
    CHECK(parse_status(to_string(status)) == status);
    CHECK(to_string(status) != "unknown");
  }
  CHECK(parse_status("Succeeded") == std::nullopt);
  CHECK(parse_status("") == std::nullopt);
}

TEST_CASE("every skip cause is read back", "[outcome]") {
  for (const auto cause : {SkipCause::none, SkipCause::condition, SkipCause::requirement,
                           SkipCause::deselected, SkipCause::upstream, SkipCause::stopped})
    CHECK(parse_skip_cause(to_string(cause)) == cause);
  CHECK(parse_skip_cause("because") == std::nullopt);
}

TEST_CASE("success, failure and neither", "[outcome]") {
  for (const auto status : all_statuses) CHECK_FALSE((is_success(status) && is_failure(status)));
  CHECK(is_success(Status::warned));
  CHECK(is_success(Status::cached));
  CHECK(is_failure(Status::rolled_back));
  CHECK(is_failure(Status::cancelled));
  for (const auto status : {Status::skipped, Status::waiting})
    CHECK((!is_success(status) && !is_failure(status)));
}

TEST_CASE("each fault has its own ending", "[outcome]") {
  CHECK(status_of(Fault::step) == Status::failed);
  CHECK(status_of(Fault::usage) == Status::failed);
  CHECK(status_of(Fault::infrastructure) == Status::infra);
  CHECK(status_of(Fault::cancelled) == Status::cancelled);
  CHECK(status_of(Fault::bug) == Status::bug);
}

TEST_CASE("exit code of a single ending", "[outcome]") {
  CHECK(exit_code({}, 0) == 0);
  CHECK(exit_code({ended(Status::succeeded), ended(Status::warned), ended(Status::cached),
                   ended(Status::skipped)},
                  0) == 0);
  CHECK(exit_code({ended(Status::failed)}, 0) == 1);
  CHECK(exit_code({ended(Status::timed_out)}, 0) == 1);
  CHECK(exit_code({ended(Status::cancelled)}, 0) == 1);
  CHECK(exit_code({ended(Status::infra)}, 0) == 3);
  CHECK(exit_code({ended(Status::waiting)}, 0) == 4);
  CHECK(exit_code({ended(Status::rolled_back)}, 0) == 5);
  CHECK(exit_code({not_undone()}, 0) == 6);
  CHECK(exit_code({ended(Status::bug)}, 0) == 70);
  CHECK(exit_code({}, 2) == 130);
}

TEST_CASE("the heaviest ending decides the exit code, in any order", "[outcome]") {
  std::vector<Outcome> outcomes{ended(Status::succeeded),   ended(Status::waiting),
                                ended(Status::failed),      ended(Status::infra),
                                ended(Status::rolled_back), not_undone()};
  std::vector<int> expected{0, 4, 1, 3, 5, 6};
  std::mt19937 random(1);  // NOLINT: the same orders every time
  while (!outcomes.empty()) {
    auto shuffled = outcomes;
    std::ranges::shuffle(shuffled, random);
    CHECK(exit_code(shuffled, 0) == expected.back());
    CHECK(exit_code(shuffled, 15) == 143);
    shuffled.push_back(ended(Status::bug));
    std::ranges::shuffle(shuffled, random);
    CHECK(exit_code(shuffled, 15) == 70);
    outcomes.pop_back();
    expected.pop_back();
  }
}
