#include "stages/load/histogram.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <random>
#include <vector>

namespace pipectl::stages::load {
namespace {

using Catch::Matchers::WithinRel;

TEST_CASE("an empty histogram tells zeros") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.percentile(99) == 0);
  CHECK(histogram.mean() == 0);
  CHECK(histogram.max() == 0);
}

TEST_CASE("percentiles are those of the sorted values, to three digits") {
  std::mt19937_64 random{42};
  std::lognormal_distribution<double> durations{9, 2};
  std::vector<std::uint64_t> values;
  Histogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::uint64_t>(std::min(durations(random), 3.6e9)));
    histogram.record(values.back());
  }
  std::ranges::sort(values);
  for (const double percent : {0.1, 1.0, 25.0, 50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
    CAPTURE(percent);
    const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * 20'000));
    const double exact = static_cast<double>(values[rank - 1]) / 1'000;
    CHECK_THAT(histogram.percentile(percent), WithinRel(exact, 0.001));
  }
  CHECK(histogram.min() == static_cast<double>(values.front()) / 1'000);
  CHECK(histogram.max() == static_cast<double>(values.back()) / 1'000);
}

TEST_CASE("small values are exact, huge ones end at an hour") {
  Histogram histogram;
  for (const std::uint64_t value : {0ULL, 1ULL, 2'047ULL, 2'048ULL, 4'095ULL})
    histogram.record(value);
  CHECK(histogram.percentile(0) == 0);
  CHECK(histogram.percentile(40) == 0.001);
  CHECK(histogram.percentile(60) == 2.047);
  CHECK(histogram.percentile(100) == 4.095);
  histogram.record(~0ULL);
  CHECK(histogram.max() == 3'600'000);
  CHECK(histogram.percentile(100) == 3'600'000);
}

}  // namespace
}  // namespace pipectl::stages::load
