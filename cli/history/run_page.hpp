#pragma once

#include <string>
#include <vector>

#include "cli/ui/terminal.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// One line for each run, with a heading.
[[nodiscard]] std::string run_table(const std::vector<store::RunRecord>& runs,
                                    const store::RunStore& history, const ui::Terminal& terminal);

/// One run: what it was, each stage's end, how to go on with it.
[[nodiscard]] std::string run_page(const store::RunRecord& run, const store::RunStore& history,
                                   const ui::Terminal& terminal);

}  // namespace pipectl::cli
