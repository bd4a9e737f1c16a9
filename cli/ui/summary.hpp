#pragma once

#include <string>

#include "cli/ui/run_model.hpp"
#include "cli/ui/terminal.hpp"

namespace pipectl::ui {

// The end of a run as text. Pure; lines end with line breaks; empty when there is nothing to say.
// Everything that came from outside is made safe to show.

/// One line for each stage. Of more than 100 stages (on a terminal: than it has rows) those that
/// went well are only counted.
[[nodiscard]] std::string summary_table(const RunModel& model, const Terminal& terminal);

/// `FAILED in 41.0s · 1 failed, 3 passed, 1 skipped · to go on: …`
[[nodiscard]] std::string closing_line(const RunModel& model, const Terminal& terminal);

/// What a stage says about its end in one line: why it failed, what it measured, how many attempts.
[[nodiscard]] std::string details_of(const Outcome& outcome);

}  // namespace pipectl::ui
