#include "cli/ui/redraw.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/ui/display.hpp"

namespace pipectl::ui {
namespace {

constexpr std::string_view erase_line = "\x1b[K";
// Never in the upper left corner: there tmux takes it for `clear` and keeps the picture as history.
constexpr std::string_view erase_below = "\x1b[J";
// A terminal that knows these shows the whole picture at once; others ignore them.
constexpr std::string_view begin_update = "\x1b[?2026h";
constexpr std::string_view end_update = "\x1b[?2026l";

// Rows that a line takes on a screen that may have become narrower since it was drawn: terminals
// wrap again what no longer fits.
int rows_of(const std::string& line, int columns) {
  const auto width = static_cast<int>(display_width(line));
  return std::max(1, (width + columns - 1) / std::max(columns, 1));
}

}  // namespace

int Redraw::rows_above(ScreenSize size) const {
  int rows = -1;  // the cursor is on the last one
  for (const auto& line : shown_) rows += rows_of(line, size.columns);
  return std::min(rows, size.rows - 1);
}

std::string Redraw::to_top(ScreenSize size) const {
  const int rows = rows_above(size);
  return rows > 0 ? fmt::format("\r\x1b[{}A", rows) : "\r";
}

std::string Redraw::show(std::vector<std::string> lines, ScreenSize size) {
  const bool same_size = size == size_;
  if (same_size && lines == shown_) return {};
  const bool anew = !same_size || shown_.empty();
  std::string out{begin_update};
  if (!shown_.empty()) out += to_top(size);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += "\r\n";
    if (!anew && i < shown_.size() && lines[i] == shown_[i] && i + 1 < lines.size()) continue;
    out += lines[i];
    out += erase_line;
  }
  if (anew || lines.size() < shown_.size()) out += erase_below;
  out += end_update;
  shown_ = std::move(lines);
  size_ = size;
  return out;
}

std::string Redraw::clear(ScreenSize size) {
  if (shown_.empty()) return {};
  std::string out = to_top(size).append(erase_line);
  if (rows_above(size) > 0) out.append("\x1b[1B").append(erase_below).append("\x1b[1A");
  shown_.clear();
  return out;
}

}  // namespace pipectl::ui
