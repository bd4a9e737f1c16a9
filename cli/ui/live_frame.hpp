#pragma once

#include <string>
#include <vector>

#include "cli/ui/run_model.hpp"
#include "cli/ui/terminal.hpp"

namespace pipectl::ui {

/// One picture of a running pipeline: its lines, none wider than the terminal, no more of them than
/// it has rows. Pure. A title, the stages (indented below their group), a line of figures.
///
/// When there are more stages than rows, those are shown that matter now: running and failed ones,
/// then, in turns, those that ended last and those that come next; `… 37 more` stands for the rest.
/// `tick` turns the spinner.
[[nodiscard]] std::vector<std::string> draw_frame(const RunModel& model, const Terminal& terminal,
                                                  WallTime now, unsigned tick);

}  // namespace pipectl::ui
