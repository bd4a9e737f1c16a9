#pragma once

#include <string>
#include <vector>

namespace pipectl::ui {

struct ScreenSize {
  int columns{80};
  int rows{24};
  bool operator==(const ScreenSize&) const = default;
};

/// Turns pictures into what must be sent to a terminal so that each replaces the one before it, in
/// place. Pure: it remembers what is on the screen. The cursor rests at the end of the last line.
class Redraw {
 public:
  /// Only lines that changed are sent; nothing when none did.
  [[nodiscard]] std::string show(std::vector<std::string> lines, ScreenSize size);
  /// Takes the picture off the screen; the cursor is where it began. What is printed then scrolls
  /// like any other text, and the next `show` draws below it.
  [[nodiscard]] std::string clear(ScreenSize size);

 private:
  [[nodiscard]] int rows_above(ScreenSize size) const;  ///< of the picture, above the cursor
  [[nodiscard]] std::string to_top(ScreenSize size) const;
  std::vector<std::string> shown_;
  ScreenSize size_;
};

inline constexpr const char* hide_cursor = "\x1b[?25l";
inline constexpr const char* show_cursor = "\x1b[?25h";

}  // namespace pipectl::ui
