#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "core/model/gate.hpp"

namespace pipectl::stages {

/// The gates of one analysis, which measures what `sample` holds: a gate on something else, or in
/// another unit, is reported. Empty only after an error.
[[nodiscard]] std::vector<Gate> read_gates(yaml::Reader& reader, const report::Metrics& sample,
                                           const ParseContext& context);

/// A gate whose bound is known.
struct KnownGate {
  std::string metric;
  Bound bound;
  /// Whether less is better: what has become too much stays so.
  [[nodiscard]] bool is_limit() const noexcept {
    return bound.comparison == Comparison::less || bound.comparison == Comparison::at_most;
  }
};
[[nodiscard]] Result<std::vector<KnownGate>> evaluate(const std::vector<Gate>& gates,
                                                      const expr::Scope& scope);
enum class Which { all, limits };
/// Fault::step with the first gate that does not hold: `gate p95: 612ms, want < 500ms`.
[[nodiscard]] Result<void> hold(const std::vector<KnownGate>& gates, Which which,
                                const report::Metrics& metrics);

}  // namespace pipectl::stages
