#pragma once

#include <string>
#include <string_view>

#include "cli/ui/terminal.hpp"
#include "core/model/outcome.hpp"

namespace pipectl::ui {

enum class Paint { none, bold, dim, red, green, yellow, cyan, blue, magenta };

/// The text in a colour, or as it is where there are none.
[[nodiscard]] std::string painted(std::string_view text, Paint paint, Colour colour);
[[nodiscard]] Paint paint_of(Status status) noexcept;

/// `✅`, two columns wide; one ASCII character where the terminal has no UTF-8.
[[nodiscard]] std::string_view icon(Status status, Glyphs glyphs) noexcept;
/// `✓`, one column wide: for a screen that is redrawn.
[[nodiscard]] std::string_view mark(Status status, Glyphs glyphs) noexcept;
/// `PASSED`: the word in a summary.
[[nodiscard]] std::string_view label(Status status) noexcept;

/// A fixed drawing character and what stands for it without UTF-8.
enum class Sign { start, bar, separator, arrow, planned, queued, branch, last_branch, trunk };
[[nodiscard]] std::string_view sign(Sign sign, Glyphs glyphs) noexcept;

}  // namespace pipectl::ui
