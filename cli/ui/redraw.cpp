#include "cli/ui/redraw.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/ui/display.hpp"

namespace pipectl::ui {
namespace {

constexpr std::string_view erase_line = "\x1b[K";
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

std::string Redraw::to_top(ScreenSize size) const {
  int rows = -1;  // the cursor is on the last one
  for (const auto& line : shown_) rows += rows_of(line, size.columns);
  rows = std::min(rows, size.rows - 1);
  return rows > 0 ? fmt::format("\r\x1b[{}A", rows) : "\r";
}

std::string Redraw::show(std::vector<std::string> lines, ScreenSize size) {
  const bool same_size = size == size_;
  if (same_size && lines == shown_) return {};
  const bool anew = !same_size || shown_.empty();
  std::string out{begin_update};
  if (!shown_.empty()) out += to_top(size);
  if (anew) out += erase_below;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += "\r\n";
    if (!anew && i < shown_.size() && lines[i] == shown_[i] && i + 1 < lines.size()) continue;
    out += lines[i];
    out += erase_line;
  }
  if (lines.size() < shown_.size()) out += erase_below;
  out += end_update;
  shown_ = std::move(lines);
  size_ = size;
  return out;
}

std::string Redraw::clear(ScreenSize size) {
  std::string out;
  if (!shown_.empty()) out = to_top(size) + std::string{erase_below};
  shown_.clear();
  return out;
}

}  // namespace pipectl::ui
