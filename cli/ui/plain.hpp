#pragma once

#include <memory>

#include "cli/ui/failures.hpp"
#include "cli/ui/terminal.hpp"
#include "cli/ui/transcript.hpp"

namespace pipectl::ui {

enum class Timestamps { off, on };

/// One line for each line of output, with its stage in front: `[unit (18)] 142 passed`. No cursor
/// movement, nothing is ever taken back: for files, pipes and other programs.
[[nodiscard]] std::unique_ptr<Transcript> make_plain_transcript(const Terminal& terminal,
                                                                LogPath log_path,
                                                                Timestamps timestamps);

/// `balance-sheet-pro · 5 stages · manual · main@1f3c9a2`
[[nodiscard]] std::string title_of(const RunModel& model, const Terminal& terminal);

/// `PASSED 12.4s   142 tests`
[[nodiscard]] std::string result_of(const StageView& stage, const Terminal& terminal);

}  // namespace pipectl::ui
