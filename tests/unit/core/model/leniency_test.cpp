#include "core/model/leniency.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pipectl;
using std::chrono::sys_days;
using std::chrono::year_month_day;

namespace {

constexpr year_month_day day_of(int year, unsigned month, unsigned day) {
  return year_month_day{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
}

}  // namespace

TEST_CASE("a day is a day of the calendar") {
  CHECK(parse_day("2026-12-31") == day_of(2026, 12, 31));
  CHECK(parse_day("2028-02-29") == day_of(2028, 2, 29));
  for (const char* text : {"", "2026", "2026-2-1", "2026-02-30", "2027-02-29", "2026-13-01",
                           "31.12.2026", "2026-12-31 ", "2026-12-31T00:00:00Z", "-026-12-31",
                           "2026/12/31", "20261231", "+026-12-31"})
    CHECK_FALSE(parse_day(text));
  CHECK(to_text(day_of(2026, 3, 9)) == "2026-03-09");
}

TEST_CASE("an excuse holds to the end of its last day") {
  const Excuse excuse{"why", day_of(2026, 12, 31)};
  const auto midnight = sys_days(day_of(2027, 1, 1));
  CHECK_FALSE(is_expired(excuse, midnight - std::chrono::seconds(1)));
  CHECK(is_expired(excuse, midnight));
  CHECK(describe(excuse) == "until 2026-12-31: why");
}

TEST_CASE("a waiver is told by its patterns") {
  Waiver waiver;
  waiver.rule = "CVE-1";
  waiver.path = "src/**";
  CHECK(describe(waiver) == "CVE-1 in src/**");
  waiver.gate = "coverage";
  CHECK(describe(waiver) == "gate coverage");
}

TEST_CASE("in a wildcard only the star is special") {
  CHECK(wildcard("test_*").matches("test_a/b.c"));
  CHECK(wildcard("test_x[1-2]").matches("test_x[1-2]"));
  CHECK_FALSE(wildcard("test_x[1-2]").matches("test_x1"));
  CHECK(wildcard("a\\{b,c}?").matches("a\\{b,c}?"));
  CHECK_FALSE(wildcard("a?").matches("ab"));
  CHECK(wildcard("größe *").matches("größe in µm"));
  CHECK(wildcard("*/x").matches("a/b/x"));
  CHECK_FALSE(wildcard("*/x").matches("x"));
  CHECK(wildcard("").matches(""));
  CHECK_FALSE(wildcard("").matches("x"));
}
