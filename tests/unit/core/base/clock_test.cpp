#include "core/base/clock.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using namespace std::chrono;

TEST_CASE("iso8601 has milliseconds and is UTC", "[clock]") {
  CHECK(iso8601(WallTime{}) == "1970-01-01T00:00:00.000Z");
  const sys_days day = 2026y / November / 20;
  CHECK(iso8601(day + 15h + 52min + 1s + 123ms) == "2026-11-20T15:52:01.123Z");
  CHECK(iso8601(day + 999'999us) == "2026-11-20T00:00:00.999Z");
  CHECK(iso8601(WallTime{} - 1ms) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("the real clocks go on", "[clock]") {
  const SystemClock clock;
  const auto before = clock.steady();
  CHECK(clock.steady() >= before);
  CHECK(clock.wall() > sys_days(2020y / January / 1));
}
