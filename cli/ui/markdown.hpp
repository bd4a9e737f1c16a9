#pragma once

#include <cstddef>
#include <string>

#include "cli/ui/run_model.hpp"

namespace pipectl::ui {

/// GitHub takes at most 1 MiB for the summary of one step, and drops what is longer.
inline constexpr std::size_t step_summary_bytes = 1000U << 10U;

/// A run as Markdown: a table of the stages, then the failures, the root cause last. Names, reasons
/// and output are text, never mark-up. At most `limit` bytes: the oldest details go first.
[[nodiscard]] std::string markdown_summary(const RunModel& model,
                                           std::size_t limit = step_summary_bytes);

}  // namespace pipectl::ui
