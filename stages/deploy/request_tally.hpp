#pragma once

#include <cstddef>
#include <vector>

#include "core/model/report.hpp"

namespace pipectl::stages {

/// What a planned number of requests have shown so far.
class RequestTally {
 public:
  explicit RequestTally(std::size_t planned) : planned_(planned) {}

  void add(bool good, double milliseconds) {
    if (!good) ++errors_;
    times_.push_back(milliseconds);
  }
  [[nodiscard]] std::size_t done() const noexcept { return times_.size(); }
  /// requests, errors, error_rate, mean, p50, p90, p95, p99 and max of what was done; of nothing
  /// all are 0.
  [[nodiscard]] report::Metrics metrics() const { return metrics_of(times_.size()); }
  /// The same if all that is still planned went well and took no time: what is too much in these
  /// can only become more.
  [[nodiscard]] report::Metrics at_best() const { return metrics_of(planned_); }

 private:
  [[nodiscard]] report::Metrics metrics_of(std::size_t count) const;

  std::size_t planned_;
  std::size_t errors_{0};
  std::vector<double> times_;
};

}  // namespace pipectl::stages
