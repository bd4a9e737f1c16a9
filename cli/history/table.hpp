#pragma once

#include <string>
#include <vector>

#include "cli/ui/style.hpp"
#include "cli/ui/terminal.hpp"

namespace pipectl::cli {

struct Cell {
  std::string text;  ///< shown safely, whatever it holds
  ui::Paint paint{ui::Paint::none};
};

/// Rows under each other, columns as wide as they need; lines end at the terminal's width, where
/// there is one.
class Table {
 public:
  explicit Table(const ui::Terminal& terminal) : terminal_(terminal) {}
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] std::string text() const;

 private:
  const ui::Terminal& terminal_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace pipectl::cli
