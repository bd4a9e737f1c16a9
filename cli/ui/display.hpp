#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/ui/terminal.hpp"

namespace pipectl::ui {

/// Terminal columns that a text takes: wide characters two, combining marks and colour sequences
/// none. For text that went through `safe_line` or that pipectl wrote itself.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// At most `columns` wide; what is cut shows as `…` (or `~`), and colours that were open at the cut
/// are closed.
[[nodiscard]] std::string truncated(std::string_view text, std::size_t columns, Glyphs glyphs);

/// The text in lines of at most `columns`, colours carried over from one to the next. A character
/// wider than a line stands alone on one.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

enum class Align { left, right };
/// Filled with spaces up to `columns`; a longer text stays as it is.
[[nodiscard]] std::string padded(std::string_view text, std::size_t columns,
                                 Align align = Align::left);

/// One line as a child wrote it, made safe to show: of control sequences only colours (SGR) stay,
/// and these only with Colour::on, closed at the end. Cursor movement, titles, clipboard writes,
/// hyperlinks, C1 controls and bidirectional overrides go; of a line that was overwritten with `\r`
/// the last state stays; tabs become spaces; invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string safe_line(std::string_view line, Colour colour);

/// For a terminal without UTF-8: `…` becomes `...`, `·` `-`, `→` `->`, anything else unknown `?`.
[[nodiscard]] std::string ascii_text(std::string_view text);

/// `safe_line`, then `ascii_text` where the terminal asks for it.
[[nodiscard]] std::string shown_line(std::string_view line, const Terminal& terminal);

/// Calls `take` with each line of a text, without its line break; a last line without one counts.
template <class Take>
void each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    take(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

}  // namespace pipectl::ui
