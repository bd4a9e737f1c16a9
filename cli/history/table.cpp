#include "cli/history/table.hpp"

#include <algorithm>
#include <cstddef>

#include "cli/ui/display.hpp"

namespace pipectl::cli {

std::string Table::text() const {
  std::vector<std::vector<std::string>> shown;
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    auto& cells = shown.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(ui::shown_line(row[i].text, terminal_));
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], ui::display_width(cells.back()));
    }
  }
  std::string all;
  for (std::size_t r = 0; r < shown.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < shown[r].size(); ++i) {
      const bool last = i + 1 == shown[r].size();
      const std::string cell = last ? shown[r][i] : ui::padded(shown[r][i], widths[i]) + "  ";
      line += ui::painted(cell, rows_[r][i].paint, terminal_.colour);
    }
    while (line.ends_with(' ')) line.pop_back();
    if (terminal_.redraw)
      line = ui::truncated(line, static_cast<std::size_t>(terminal_.columns), terminal_.glyphs);
    all += line + "\n";
  }
  return all;
}

}  // namespace pipectl::cli
