#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/base/result.hpp"
#include "core/model/gate.hpp"
#include "core/model/report.hpp"

namespace pipectl {

/// `new_findings`, `coverage_change`: a gate that needs what is compared with.
[[nodiscard]] bool compares_with_baseline(std::string_view metric) noexcept;

/// `new_findings`, which may also be compared with a committed file.
[[nodiscard]] bool compares_findings(std::string_view metric) noexcept;

struct Compared {
  report::Metric metric;
  std::optional<report::Interval> interval;  ///< where it was judged on samples
};

/// The value of such a metric, from what two runs of a stage kept. `METRIC_change` is a difference
/// in percentage points where the metric is a share, else a change in percent; that of a duration
/// is judged on the samples of both runs. Nothing where the earlier run did not measure it.
/// Fault::step where this run does not have the metric, or no samples of a duration, and where not
/// all findings of both runs are kept.
[[nodiscard]] Result<std::optional<Compared>> change_since(const std::filesystem::path& baseline,
                                                           std::string_view metric,
                                                           const report::Metrics& now,
                                                           const std::filesystem::path& kept);

/// Whether this run measured what such a metric compares. Fault::step, with what there is, where it
/// did not: also the first run has to tell of a mistyped name.
[[nodiscard]] Result<void> check_compared(std::string_view metric, const report::Metrics& now);

}  // namespace pipectl
