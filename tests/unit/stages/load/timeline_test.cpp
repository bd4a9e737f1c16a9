#include "stages/load/timeline.hpp"

#include <catch2/catch_test_macros.hpp>

namespace pipectl::stages::load {
namespace {

using enum Timeline::Verdict;

TEST_CASE("each second has its own figures, and empty ones none") {
  Timeline timeline(10);
  timeline.add(0.1, 1'000, good);
  timeline.add(0.9, 3'000, failed);
  timeline.add(3.5, 5'000, good);
  const auto points = timeline.points();
  REQUIRE(points.size() == 2);
  CHECK(points[0].from == 0);
  CHECK(points[0].requests == 2);
  CHECK(points[0].failed == 1);
  CHECK(points[0].p50 == 1);
  CHECK(points[0].max == 3);
  CHECK(points[1].from == 3);
  CHECK(points[1].p99 == 5);
}

TEST_CASE("a long load has wider parts, and never more than 300") {
  Timeline timeline(86'400);
  CHECK(timeline.width() == 288);
  for (int second = 0; second < 86'400; second += 60) timeline.add(second, 1'000, good);
  CHECK(timeline.points().size() == 300);
}

TEST_CASE("what ends just after the load belongs to its last part") {
  Timeline timeline(2);
  timeline.add(0.5, 1'000, good);
  timeline.add(1.5, 1'000, good);
  timeline.add(2.01, 9'000, good);
  timeline.add(2.6, 600'000, failed);
  const auto points = timeline.points();
  REQUIRE(points.size() == 3);
  CHECK(points[1].requests == 2);
  CHECK(points[1].max == 9);
  CHECK(points[2].from == 2);
  CHECK(points[2].failed == 1);
}

TEST_CASE("a clock that stands still or is early does no harm") {
  Timeline timeline(5);
  timeline.add(2, 1'000, good);
  timeline.add(1, 1'000, good);
  timeline.add(-1, 1'000, good);
  REQUIRE(timeline.points().size() == 1);
  CHECK(timeline.points()[0].requests == 3);
}

TEST_CASE("bars for a chart are even in powers of ten") {
  Histogram histogram;
  CHECK(histogram.bars().empty());
  histogram.record(1'000);
  histogram.record(1'000);
  histogram.record(100'000);
  const auto bars = histogram.bars();
  CHECK(bars.size() >= 20);
  CHECK(bars.size() <= 22);
  CHECK(bars.front().count == 2);
  CHECK(bars.back().count == 1);
  for (std::size_t i = 1; i < bars.size(); ++i) CHECK(bars[i].from == bars[i - 1].to);
  histogram.record(0);
  CHECK(histogram.bars().front().count == 1);
}

}  // namespace
}  // namespace pipectl::stages::load
