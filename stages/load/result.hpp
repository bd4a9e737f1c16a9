#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/api/report_reader.hpp"
#include "stages/load/histogram.hpp"
#include "stages/load/timeline.hpp"

namespace pipectl::stages::load {

/// What was measured of one scenario, or of all. Durations are those of requests, from when each
/// was due to its last byte.
struct Tally {
  std::string name;  ///< empty: all
  std::uint64_t requests{0};
  std::uint64_t failed{0};
  std::map<std::string, std::uint64_t> errors;  ///< by cause: `status 500`, `timeout`
  Histogram durations;

  void add(std::uint64_t microseconds, const std::string& cause);
};

struct LoadResult {
  Tally all;
  std::vector<Tally> scenarios;  ///< empty when the only one has no name
  bool waited{false};            ///< requests that were due, for a connection
  double seconds{0};             ///< that were measured
  Timeline timeline;             ///< of all
};

/// `requests`, `errors`, `error_rate`, `rps`, `min` … `p99.9`, `max`, and `scenario.NAME.` of each.
void tell(const LoadResult& result, ReportSink& sink);
/// The same and the causes of errors, for machines: `{"seconds": …, "all": {…}, "scenarios": {…},
/// "histogram": […], "timeline": {…}}`.
[[nodiscard]] std::string to_json(const LoadResult& result);
/// One line: `900 requests · 50.0/s · p95 156ms · errors 0`.
[[nodiscard]] std::string one_line(const LoadResult& result);

}  // namespace pipectl::stages::load
