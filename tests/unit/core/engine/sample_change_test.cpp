#include "core/engine/sample_change.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using namespace pipectl;
using Catch::Matchers::WithinAbs;
using report::Samples;

namespace {

/// Durations as services have them: many short, some long.
std::vector<double> durations(std::size_t count, double median, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> times(std::log(median), 0.4);
  std::vector<double> made(count);
  for (double& one : made) one = std::round(times(random) * 100) / 100;
  std::ranges::sort(made);
  return made;
}

Samples counted(const std::vector<double>& sorted) {
  Samples samples;
  for (const double value : sorted) {
    if (samples.empty() || samples.back().value != value) samples.push_back({value, 0});
    ++samples.back().count;
  }
  return samples;
}

/// The definition, at length: draws as many values as there are, again and again.
report::Interval drawn_at_length(const std::vector<double>& before,
                                 const std::vector<double>& after, double percent) {
  std::mt19937_64 random(7);
  const auto percentile_of_draw = [&](const std::vector<double>& values) {
    std::uniform_int_distribution<std::size_t> any(0, values.size() - 1);
    std::vector<double> drawn(values.size());
    for (double& one : drawn) one = values[any(random)];
    const auto rank =
        static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(drawn.size())));
    std::ranges::nth_element(drawn, drawn.begin() + static_cast<long>(rank - 1));
    return drawn[rank - 1];
  };
  std::vector<double> changes(2'000);
  for (double& one : changes) {
    const double was = percentile_of_draw(before);
    one = 100 * (percentile_of_draw(after) - was) / was;
  }
  std::ranges::sort(changes);
  return {changes[50], changes[1'949]};
}

}  // namespace

TEST_CASE("the interval is the one that drawing anew gives") {
  const auto before = durations(400, 20, 1);
  const auto after = durations(500, 24, 2);
  for (const auto& [name, percent] :
       {std::pair{"p50", 50.0}, std::pair{"p90", 90.0}, std::pair{"p95", 95.0}}) {
    CAPTURE(name);
    const auto change = change_between(name, counted(before), counted(after));
    REQUIRE(change);
    const auto wanted = drawn_at_length(before, after, percent);
    const double width = wanted.high - wanted.low;
    CHECK_THAT(change->interval.low, WithinAbs(wanted.low, width / 10));
    CHECK_THAT(change->interval.high, WithinAbs(wanted.high, width / 10));
    CHECK(change->interval.low < change->percent);
    CHECK(change->percent < change->interval.high);
  }
}

TEST_CASE("many samples make sure of a change, few do not") {
  const auto many =
      change_between("p95", counted(durations(20'000, 20, 1)), counted(durations(20'000, 25, 2)));
  REQUIRE(many);
  CHECK_THAT(many->percent, WithinAbs(25, 3));
  CHECK(many->interval.low > 20);
  CHECK(many->interval.high < 30);
  const auto few =
      change_between("p95", counted(durations(20, 20, 1)), counted(durations(20, 25, 2)));
  REQUIRE(few);
  CHECK(few->interval.low < 0);
  CHECK(few->interval.high > 25);
}

TEST_CASE("the mean is compared, too, and the same runs are always judged alike") {
  const auto before = counted(durations(5'000, 20, 1));
  const auto after = counted(durations(5'000, 22, 2));
  const auto change = change_between("mean", before, after);
  REQUIRE(change);
  CHECK_THAT(change->percent, WithinAbs(10, 3));
  // The spread of a lognormal mean: 0.417 of it, so 1.96 * 1.1 * 100 * 0.417 * sqrt(2 / 5,000).
  CHECK_THAT(change->interval.high - change->interval.low, WithinAbs(2 * 1.8, 0.5));
  const auto again = change_between("mean", before, after);
  CHECK(again->interval.low == change->interval.low);
  CHECK(again->interval.high == change->interval.high);
}

TEST_CASE("nothing has changed between a run and itself") {
  const auto same = counted(durations(1'000, 20, 1));
  const auto change = change_between("p99", same, same);
  REQUIRE(change);
  CHECK(change->percent == 0);
  CHECK(change->interval.low <= 0);
  CHECK(change->interval.high >= 0);
}

TEST_CASE("what cannot be compared is nothing") {
  const Samples some{{1, 3}, {2, 1}};
  for (const char* name : {"min", "max", "p0", "p100", "p", "pp", "p9x", "p-5", "rps", ""})
    CHECK_FALSE(change_between(name, some, some));
  CHECK_FALSE(change_between("p50", {}, some));
  CHECK_FALSE(change_between("p50", some, {}));
  CHECK_FALSE(change_between("p50", {{0, 4}}, some));
  CHECK(change_between("p50", {{3, 1}}, {{6, 1}})->percent == 100);
}
