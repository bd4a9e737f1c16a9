#include "stages/load/schedule.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <vector>

namespace pipectl::stages::load {
namespace {

using Catch::Matchers::WithinAbs;

std::vector<Seconds> arrivals(std::vector<Phase> phases) {
  Schedule schedule{std::move(phases)};
  std::vector<Seconds> times;
  while (const auto next = schedule.next()) times.push_back(*next);
  return times;
}

TEST_CASE("a constant rate is evenly spread") {
  const auto times = arrivals({{10, 10, 2}});
  REQUIRE(times.size() == 20);
  for (std::size_t i = 0; i < times.size(); ++i)
    CHECK_THAT(times[i], WithinAbs(static_cast<double>(i) / 10, 1e-9));
}

TEST_CASE("a ramp has the mean rate, and gets denser") {
  const auto times = arrivals({{0, 100, 10}});
  REQUIRE(times.size() == 500);
  CHECK(std::ranges::is_sorted(times));
  CHECK(times.back() < 10);
  const auto half = std::ranges::lower_bound(times, 5.0) - times.begin();
  CHECK(half == 125);  // a quarter of the arrivals in the first half of the time
}

TEST_CASE("a ramp down thins out") {
  const auto times = arrivals({{100, 0, 10}});
  REQUIRE(times.size() == 500);
  CHECK(std::ranges::lower_bound(times, 5.0) - times.begin() == 375);
}

TEST_CASE("no arrival is lost or doubled between phases") {
  const auto times = arrivals({{0.3, 0.3, 5}, {0.3, 0.3, 5}});  // one and a half in each
  REQUIRE(times.size() == 3);
  CHECK_THAT(times[1], WithinAbs(10.0 / 3, 1e-6));
  CHECK_THAT(times[2], WithinAbs(20.0 / 3, 1e-6));
  CHECK(arrivals({{0, 0, 5}, {1, 1, 2}}).front() == 5);
}

TEST_CASE("no phase, no arrival") {
  CHECK(arrivals({}).empty());
  CHECK(Schedule{{{1, 2, 3}, {2, 2, 4}}}.length() == 7);
}

}  // namespace
}  // namespace pipectl::stages::load
