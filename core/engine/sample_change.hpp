#pragma once

#include <optional>
#include <string_view>

#include "core/model/report.hpp"

namespace pipectl {

/// How a statistic of durations changed from one run to another, in percent.
struct SampleChange {
  double percent{0};
  report::Interval interval;  ///< in which the change lies with a confidence of 95 %
};

/// `statistic` is `mean` or a percentile: `p95`, `p99.9`. The interval is that of the percentile
/// bootstrap (B. Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979), with the same
/// random numbers each time: the same two runs are always judged alike. Nothing for other
/// statistics (the smallest and the largest value of a run have no such interval), where there are
/// no samples, and where it was 0 before.
[[nodiscard]] std::optional<SampleChange> change_between(std::string_view statistic,
                                                         const report::Samples& before,
                                                         const report::Samples& after);

}  // namespace pipectl
