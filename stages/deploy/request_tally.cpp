#include "stages/deploy/request_tally.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pipectl::stages {
namespace {

double quantile(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted.empty() ? 0 : sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

report::Metrics RequestTally::metrics_of(std::size_t count) const {
  using report::Unit;
  std::vector<double> sorted = times_;
  sorted.resize(std::max(count, times_.size()), 0.0);
  std::ranges::sort(sorted);
  report::Metrics all;
  const auto put = [&all](const char* name, double value, Unit unit) {
    all[name] = report::Metric{name, value, unit};
  };
  const double of = std::max(1.0, static_cast<double>(sorted.size()));
  put("requests", static_cast<double>(sorted.size()), Unit::count);
  put("errors", static_cast<double>(errors_), Unit::count);
  put("error_rate", 100.0 * static_cast<double>(errors_) / of, Unit::percent);
  put("mean", std::accumulate(sorted.begin(), sorted.end(), 0.0) / of, Unit::milliseconds);
  put("p50", quantile(sorted, 0.50), Unit::milliseconds);
  put("p90", quantile(sorted, 0.90), Unit::milliseconds);
  put("p95", quantile(sorted, 0.95), Unit::milliseconds);
  put("p99", quantile(sorted, 0.99), Unit::milliseconds);
  put("max", sorted.empty() ? 0 : sorted.back(), Unit::milliseconds);
  return all;
}

}  // namespace pipectl::stages
