#include "stages/deploy/request_tally.hpp"

#include <catch2/catch_test_macros.hpp>

using pipectl::stages::RequestTally;

namespace {

double value(const pipectl::report::Metrics& metrics, const char* name) {
  const auto found = metrics.find(name);
  REQUIRE(found != metrics.end());
  return found->second.value;
}

}  // namespace

TEST_CASE("a tally of nothing is zeros") {
  for (const auto& [name, metric] : RequestTally{0}.metrics()) {
    INFO(name);
    CHECK(metric.value == 0);
  }
}

TEST_CASE("quantiles are nearest ranks of what was done") {
  RequestTally tally{100};
  for (int i = 1; i <= 20; ++i) tally.add(i % 10 != 0, i);
  const auto metrics = tally.metrics();
  CHECK(value(metrics, "requests") == 20);
  CHECK(value(metrics, "errors") == 2);
  CHECK(value(metrics, "error_rate") == 10);
  CHECK(value(metrics, "mean") == 10.5);
  CHECK(value(metrics, "p50") == 10);
  CHECK(value(metrics, "p95") == 19);
  CHECK(value(metrics, "max") == 20);
}

TEST_CASE("at best the rest goes well and takes no time") {
  RequestTally tally{100};
  for (int i = 0; i < 6; ++i) tally.add(false, 1'000);
  const auto best = tally.at_best();
  CHECK(value(best, "requests") == 100);
  CHECK(value(best, "error_rate") == 6);
  CHECK(value(best, "p50") == 0);
  CHECK(value(best, "p95") == 1'000);  // six of a hundred are slow already
  CHECK(value(best, "mean") == 60);
}
