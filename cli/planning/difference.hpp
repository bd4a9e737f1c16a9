#pragma once

#include "cli/planning/forecast.hpp"
#include "core/api/comparison.hpp"
#include "core/engine/run_values.hpp"

namespace pipectl::cli {

/// What a stage is compared with.
struct Ground {
  const RunFacts& facts;
  const plan::Node& node;
  const NodeScope& scope;
};

/// Asks what the stage would change where it goes. It gets no secrets, and nothing is written but
/// to a folder that is gone afterwards.
[[nodiscard]] Result<std::vector<std::string>> difference(const Comparable& runner,
                                                          const Ground& ground);

/// 0, or that of the worst that could not be compared: 1 refused, 3 not reached.
[[nodiscard]] int exit_code_of(const std::vector<Forecast>& forecasts);

}  // namespace pipectl::cli
