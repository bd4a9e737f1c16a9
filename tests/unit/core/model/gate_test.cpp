#include "core/model/gate.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace pipectl;
using report::Unit;

namespace {

report::Metrics one(double value, Unit unit) {
  return {{"m", report::Metric{"m", value, unit, report::Merge::sum}}};
}

/// `ok`, or what a person reads.
std::string decided(const std::string& bound, double value, Unit unit) {
  const auto parsed = parse_bound(bound);
  if (!parsed) return parsed.error().message;
  const auto verdict = decide_gate("m", *parsed, one(value, unit));
  if (!verdict) return verdict.error().message + " | " + verdict.error().hint;
  return verdict->result == report::GateVerdict::Result::passed ? "ok" : describe(*verdict);
}

struct Row {
  const char* bound;
  Unit unit;
  double good;
  double bad;
  const char* message;  ///< of the failing one
};

}  // namespace

TEST_CASE("a change within an interval fails only where all of it lies beyond the bound") {
  const auto verdict = [](const char* bound, report::Interval interval) {
    const auto decided = decide_gate({"p95_change", 12, Unit::percent, report::Merge::most},
                                     interval, parse_bound(bound).value());
    return decided ? (decided->result == report::GateVerdict::Result::passed ? "ok"
                                                                             : describe(*decided))
                   : decided.error().message;
  };
  CHECK(verdict("< 10%", {8, 16}) == "ok");
  CHECK(verdict("< 10%", {10, 16}) == "gate p95_change: 12% (95% sure: 10% to 16%), want < 10%");
  CHECK(verdict("<= 10%", {10, 16}) == "ok");
  CHECK(verdict("<= 10%", {10.4, 16}) ==
        "gate p95_change: 12% (95% sure: 10.4% to 16%), want <= 10%");
  CHECK(verdict("> 15%", {8, 16}) == "ok");
  CHECK(verdict(">= 15%", {8, 14}) == "gate p95_change: 12% (95% sure: 8% to 14%), want >= 15%");
  CHECK(verdict("0%", {-1, 16}) == "ok");
  CHECK(verdict("0%", {1, 16}) == "gate p95_change: 12% (95% sure: 1% to 16%), want == 0%");
  CHECK(verdict("!= 12%", {8, 16}) == "ok");
  CHECK(verdict("< 5ms", {8, 16}) == "gate p95_change: '< 5ms' cannot be compared with 12%");
}

TEST_CASE("each operator with each unit: a case that passes and one that fails") {
  const Row rows[] = {
      {"0", Unit::count, 0, 1, "gate m: 1, want == 0"},
      {"== 3", Unit::count, 3, 2, "gate m: 2, want == 3"},
      {"= 3", Unit::count, 3, 4, "gate m: 4, want == 3"},
      {"!= 3", Unit::count, 2, 3, "gate m: 3, want != 3"},
      {"< 3", Unit::count, 2, 3, "gate m: 3, want < 3"},
      {"<= 3", Unit::count, 3, 4, "gate m: 4, want <= 3"},
      {"> 3", Unit::count, 4, 3, "gate m: 3, want > 3"},
      {">= 3", Unit::count, 3, 2, "gate m: 2, want >= 3"},
      {">= 80%", Unit::percent, 80, 78.4, "gate m: 78.4%, want >= 80%"},
      {">= 80", Unit::percent, 80, 79.96, "gate m: 79.96%, want >= 80"},
      {">=80%", Unit::percent, 80, 79.99999, "gate m: 79.99999%, want >= 80%"},
      {"<= 0.5%", Unit::percent, 0.5, 0.6, "gate m: 0.6%, want <= 0.5%"},
      {"< 100%", Unit::percent, 99.9, 100, "gate m: 100%, want < 100%"},
      {"== 100%", Unit::percent, 100, 99.9, "gate m: 99.9%, want == 100%"},
      {"> -0.5%", Unit::percent, 0, -1, "gate m: -1%, want > -0.5%"},
      {"< 500ms", Unit::milliseconds, 499, 512, "gate m: 512ms, want < 500ms"},
      {"<= 0.5s", Unit::milliseconds, 500, 501, "gate m: 501ms, want <= 0.5s"},
      {"< 2 s", Unit::milliseconds, 1999, 2500, "gate m: 2.5s, want < 2 s"},
      {"<= 1m30s", Unit::milliseconds, 90'000, 90'001, "gate m: 90001ms, want <= 1m30s"},
      {"> 5us", Unit::milliseconds, 0.006, 0.005, "gate m: 0.01ms, want > 5us"},
      {"< 1m", Unit::milliseconds, 59'999, 60'000, "gate m: 60s, want < 1m"},
      {"<= 1h", Unit::milliseconds, 3'600'000, 4'000'000, "gate m: 4000s, want <= 1h"},
      {"== 0", Unit::milliseconds, 0, 1, "gate m: 1ms, want == 0"},
      {"<= 150MB", Unit::bytes, 150e6, 151e6, ""},
      {"< 1KiB", Unit::bytes, 1023, 1024, ""},
      {">= 2GB", Unit::bytes, 2e9, 1e9, ""},
      {"> 10 B", Unit::bytes, 11, 10, ""},
      {">= 50/s", Unit::per_second, 67.2, 49.9, "gate m: 49.9/s, want >= 50/s"},
      {">= 60/min", Unit::per_second, 1, 0.9, "gate m: 0.9/s, want >= 60/min"},
      {"< 0.01", Unit::number, 0.009, 0.011, "gate m: 0.011, want < 0.01"},
      {">= 1e3", Unit::number, 1000, 999, "gate m: 999, want >= 1e3"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.bound);
    CHECK(decided(row.bound, row.good, row.unit) == "ok");
    const auto message = decided(row.bound, row.bad, row.unit);
    CHECK(message.starts_with("gate m: "));
    if (*row.message != '\0') CHECK(message == row.message);
  }
}

TEST_CASE("a bound of another unit is an error, not a comparison") {
  CHECK(decided("< 500", 100, Unit::milliseconds) ==
        "gate m: '< 500' cannot be compared with 100ms | a duration needs a unit: '500ms', '1.5s'");
  CHECK(decided("< 5%", 100, Unit::milliseconds) ==
        "gate m: '< 5%' cannot be compared with 100ms | its unit is 'ms'");
  CHECK(decided("< 5ms", 1, Unit::count).find("cannot be compared") != std::string::npos);
  CHECK(decided("< 5MB", 1, Unit::percent).find("cannot be compared") != std::string::npos);
}

TEST_CASE("what is no bound is refused with the forms that are") {
  for (const char* text : {"", "lots", ">=", ">= ", "80 percent", "=> 80%", "< 1x", "1,5", "nan",
                           "inf", "> 80%%", "80% or so", "<> 3"}) {
    CAPTURE(text);
    const auto bound = parse_bound(text);
    REQUIRE_FALSE(bound.has_value());
    CHECK(bound.error().fault == Fault::usage);
    CHECK(bound.error().message.find("is no bound of a gate") != std::string::npos);
    CHECK(bound.error().hint.find(">= 80%") != std::string::npos);
  }
}

TEST_CASE("an unknown metric is an error that lists what there is") {
  report::Metrics metrics;
  for (const char* name : {"tests", "tests.failed", "coverage", "scenario.login.p50"})
    metrics[name] = {name, 1, Unit::count, report::Merge::sum};
  const auto verdict = decide_gate("test.failed", *parse_bound("0"), metrics);
  REQUIRE_FALSE(verdict.has_value());
  CHECK(verdict.error().fault == Fault::step);
  CHECK(verdict.error().message == "gate test.failed: no report has this metric");
  CHECK(verdict.error().hint ==
        "did you mean 'tests.failed'? there are coverage, scenario.login.p50, tests, tests.failed");
  CHECK(decide_gate("x", *parse_bound("0"), {}).error().hint ==
        "the reports hold no metric at all");
}

TEST_CASE("other words for a metric mean the same") {
  report::Metrics metrics;
  for (const char* name : {"medium", "p50", "scenario.login.p50", "mean"})
    metrics[name] = {name, 0, Unit::count, report::Merge::sum};
  for (const char* word : {"moderate", "median", "scenario.login.median", "avg"}) {
    CAPTURE(word);
    CHECK(decide_gate(word, *parse_bound("0"), metrics).has_value());
  }
  CHECK_FALSE(decide_gate("notmedian", *parse_bound("0"), metrics).has_value());
}
