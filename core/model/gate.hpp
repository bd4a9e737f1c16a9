#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/expr/template.hpp"
#include "core/model/report.hpp"

namespace pipectl {

/// `gate: {coverage: '>= 80%'}`: one line. The bound may hold `${{ }}`.
struct Gate {
  std::string metric;
  expr::Template bound;
  Span where;
};

enum class Comparison : std::uint8_t { equal, not_equal, less, at_most, more, at_least };

/// A bound, read: `>= 80%`, `< 500ms`, `0` (which means `== 0`).
struct Bound {
  Comparison comparison{Comparison::equal};
  double value{0};                   ///< in the metric's unit: milliseconds, bytes, percent
  std::optional<report::Unit> unit;  ///< as written; absent: a bare number
  std::string text;                  ///< for messages: `== 0`, `< 500ms`
};

/// Fault::usage with the forms that are understood.
[[nodiscard]] Result<Bound> parse_bound(std::string_view written);

/// Decides one gate. Fault::step where there is no such metric (the message lists what there is)
/// or its unit is another one.
[[nodiscard]] Result<report::GateVerdict> decide_gate(std::string_view metric, const Bound& bound,
                                                      const report::Metrics& metrics);

/// The same for a change of which only an interval is known: a bound does not hold only where the
/// whole interval lies beyond it.
[[nodiscard]] Result<report::GateVerdict> decide_gate(const report::Metric& metric,
                                                      const report::Interval& interval,
                                                      const Bound& bound);

/// The metric of this name, or of another word for it (`median`). Errors: as decide_gate().
[[nodiscard]] Result<report::Metric> metric_named(std::string_view name,
                                                  const report::Metrics& metrics);

/// `gate coverage: 78.4%, want >= 80%`.
[[nodiscard]] std::string describe(const report::GateVerdict& verdict);

}  // namespace pipectl
