#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/result.hpp"
#include "core/model/gate.hpp"
#include "core/model/report.hpp"

namespace pipectl {

/// `new_findings`, `coverage_change`: a gate that needs the same stage of an earlier run.
[[nodiscard]] bool compares_with_baseline(std::string_view metric) noexcept;

/// The value of such a metric, from what two runs of a stage kept. `METRIC_change` is a difference
/// in percentage points where the metric is a share, else a change in percent. Fault::step where
/// one of them does not have the metric, or where it would have to be judged on samples (times).
[[nodiscard]] Result<report::Metric> change_since(const std::filesystem::path& baseline,
                                                  std::string_view metric,
                                                  const report::Metrics& now,
                                                  const std::filesystem::path& kept);

}  // namespace pipectl
