#include "stages/reports/load_metrics.hpp"

namespace pipectl::stages {

using report::Merge;
using report::Unit;

void LoadMetrics::count(std::string_view name, std::optional<double> value) {
  if (value) sink_.metric({prefix_ + std::string(name), *value, Unit::count, Merge::sum});
}

void LoadMetrics::rate(std::optional<double> per_second) {
  if (per_second) sink_.metric({prefix_ + "rps", *per_second, Unit::per_second, Merge::sum});
}

void LoadMetrics::latency(std::string_view name, std::optional<double> milliseconds) {
  if (!milliseconds) return;
  sink_.metric({prefix_ + std::string(name), *milliseconds, Unit::milliseconds,
                name == "min" ? Merge::least : Merge::most});
}

void LoadMetrics::percent(std::string_view name, std::optional<double> percent) {
  if (percent) sink_.metric({prefix_ + std::string(name), *percent, Unit::percent, Merge::most});
}

}  // namespace pipectl::stages
