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
      {"= 3", Unit::count, 3, 4, "gate m: 4, want == 3"},
      {">=80%", Unit::percent, 80, 79.99999, "gate m: 79.99999%, want >= 80%"},
      {"> -0.5%", Unit::percent, 0, -1, "gate m: -1%, want > -0.5%"},
      {"<= 1m30s", Unit::milliseconds, 90'000, 90'001, "gate m: 90001ms, want <= 1m30s"},
      {"== 0", Unit::milliseconds, 0, 0.005, "gate m: 5us, want == 0"},
      {"< 1us", Unit::milliseconds, 0.0005, 0.001, "gate m: 1us, want < 1us"},
      {"<= 1GB", Unit::bytes, 1e9, 1e9 + 1, "gate m: 1.000000001GB, want <= 1GB"},
      {"> 1GB", Unit::bytes, 2e9, 5, "gate m: 5 B, want > 1GB"},
      {"<= 1048576", Unit::bytes, 1048576, 1572864, "gate m: 1.5 MiB, want <= 1048576"},
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

TEST_CASE("each operator with each unit, to the letter") {
  struct Written {
    const char* unit;
    Unit of;
    double factor;
  };
  const Written units[] = {{"", Unit::count, 1},
                           {"", Unit::number, 1},
                           {"%", Unit::percent, 1},
                           {"us", Unit::milliseconds, 0.001},
                           {"µs", Unit::milliseconds, 0.001},
                           {"ms", Unit::milliseconds, 1},
                           {"s", Unit::milliseconds, 1e3},
                           {"m", Unit::milliseconds, 6e4},
                           {"min", Unit::milliseconds, 6e4},
                           {"h", Unit::milliseconds, 3.6e6},
                           {"B", Unit::bytes, 1},
                           {"kB", Unit::bytes, 1e3},
                           {"KB", Unit::bytes, 1e3},
                           {"MB", Unit::bytes, 1e6},
                           {"GB", Unit::bytes, 1e9},
                           {"TB", Unit::bytes, 1e12},
                           {"KiB", Unit::bytes, 1024},
                           {"MiB", Unit::bytes, 1048576},
                           {"GiB", Unit::bytes, 1073741824},
                           {"/s", Unit::per_second, 1},
                           {"/min", Unit::per_second, 1.0 / 60}};
  struct Operator {
    const char* sign;
    int good;
    int bad;
  };
  const Operator operators[] = {{"==", 40, 41}, {"!=", 41, 40}, {"<", 39, 40},
                                {"<=", 40, 41}, {">", 41, 40},  {">=", 40, 39}};
  for (const auto& [unit, of, factor] : units)
    for (const auto& [sign, good, bad] : operators) {
      const auto bound = std::string(sign) + " 40" + unit;
      CAPTURE(bound, to_string(of));
      CHECK(decided(bound, good * factor, of) == "ok");
      CHECK(decided(bound, bad * factor, of) ==
            "gate m: " + std::to_string(bad) + unit + ", want " + bound);
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
