#pragma once

#include <string>
#include <vector>

#include "cli/planning/forecast.hpp"
#include "cli/ui/terminal.hpp"

namespace pipectl::cli {

/// For people: each node with what it would run, or why not.
[[nodiscard]] std::string plan_text(const std::vector<Forecast>& forecasts, const RunInput& input,
                                    const ui::Terminal& terminal);

/// For programs, versioned: `{"v":1,"pipeline":…,"stages":[{"name":…,"fate":"runs",…}]}`.
[[nodiscard]] std::string plan_json(const std::vector<Forecast>& forecasts, const RunInput& input,
                                    const std::string& file);

/// Everything that -s, --from, --until and --skip take, a name a line.
[[nodiscard]] std::string plan_names(const RunInput& input);

}  // namespace pipectl::cli
