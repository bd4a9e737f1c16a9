#include <catch2/catch_test_macros.hpp>

#include "plugins/kubernetes/way_back.hpp"

using namespace pipectl;
using namespace pipectl::plugins::kubernetes;

namespace {

const SteadyTime start{std::chrono::hours{1}};

DeployWork until(SteadyTime deadline) {
  return {Lifetime::cleanup, TimeLimit{deadline, Milliseconds{120'000}}};
}

}  // namespace

TEST_CASE("each way back leaves half of the time to the next") {
  const DeployWork all = until(start + std::chrono::seconds{120});
  const DeployWork first = with_half_the_time(all, start);
  CHECK(first.lifetime == Lifetime::cleanup);
  CHECK(first.limit->deadline == start + std::chrono::seconds{60});
  CHECK(first.limit->limit == std::chrono::seconds{60});
  // The first took all that it had.
  const DeployWork second = with_half_the_time(all, first.limit->deadline);
  CHECK(second.limit->deadline == start + std::chrono::seconds{90});
  CHECK(second.limit->limit == std::chrono::seconds{30});
}

TEST_CASE("no time left is none, and no limit stays none") {
  const DeployWork late = with_half_the_time(until(start), start + std::chrono::seconds{5});
  CHECK(late.limit->deadline == start + std::chrono::seconds{5});
  CHECK(late.limit->limit == Milliseconds{0});
  CHECK_FALSE(with_half_the_time({}, start).limit);
}
