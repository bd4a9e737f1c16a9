#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/api/report_reader.hpp"

namespace pipectl::stages {

/// The metrics of load tests, under the same names whatever tool made them: `requests`, `errors`,
/// `rps`, `min`, `mean`, `p50` … `p99.9`, `max`; of one scenario with `scenario.NAME.` before them.
/// Where several reports are merged the worst percentile counts: it cannot be told any better.
class LoadMetrics {
 public:
  explicit LoadMetrics(ReportSink& sink, std::string prefix = {})
      : sink_(sink), prefix_(std::move(prefix)) {}

  /// Nothing happens where there is no value.
  void count(std::string_view name, std::optional<double> value);
  void rate(std::optional<double> per_second);
  void latency(std::string_view name, std::optional<double> milliseconds);
  void percent(std::string_view name, std::optional<double> percent);

 private:
  ReportSink& sink_;
  std::string prefix_;
};

}  // namespace pipectl::stages
