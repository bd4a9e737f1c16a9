#include <fmt/format.h>

#include <algorithm>

#include "core/base/diagnostic.hpp"
#include "core/base/display_width.hpp"
#include "core/base/text.hpp"
#include "core/base/utf8.hpp"

namespace pipectl {
namespace {

constexpr std::size_t longest_quote = 120;  ///< columns of a quoted line
constexpr std::size_t lead_in = 60;         ///< of these, what may stand before the place
constexpr std::string_view tab = "    ";

struct Style {
  std::string_view bold, error, warning, accent, reset;
};

constexpr Style plain{};
constexpr Style coloured{"\x1b[1m", "\x1b[1;31m", "\x1b[1;35m", "\x1b[36m", "\x1b[0m"};

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// One character of the line as it is shown.
struct Cell {
  std::string shown;
  std::size_t width{0};
  bool marked{false};
};

Cell make_cell(std::string_view character) {
  if (character == "\t") return {std::string(tab), tab.size()};
  if (character == "\xEF\xBB\xBF") return {};  // a byte order mark takes no room in an editor
  std::string shown = printable(character);
  const std::size_t width = display_width(shown);
  return {std::move(shown), width};
}

std::vector<Cell> cells_of(std::string_view line, std::size_t from, std::size_t length) {
  std::vector<Cell> cells;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t size = first_utf8_char(line.substr(at)).length;
    Cell cell = make_cell(line.substr(at, size));
    cell.marked = at + size > from && at < from + length;
    cells.push_back(std::move(cell));
    at += size;
  }
  return cells;
}

std::size_t width_of(const std::vector<Cell>& cells, std::size_t first, std::size_t last) {
  std::size_t width = 0;
  for (std::size_t i = first; i < last; ++i) width += cells[i].width;
  return width;
}

struct Window {
  std::size_t first{0};
  std::size_t last{0};  ///< one past
};

/// What of a long line is shown: the place and what stands around it.
Window window_of(const std::vector<Cell>& cells, std::size_t place) {
  if (width_of(cells, 0, cells.size()) <= longest_quote) return {0, cells.size()};
  Window window{place, place};
  for (std::size_t room = lead_in; window.first > 0 && cells[window.first - 1].width <= room;) {
    --window.first;
    room -= cells[window.first].width;
  }
  std::size_t room = longest_quote - width_of(cells, window.first, window.last);
  while (window.last < cells.size() && cells[window.last].width <= room) {
    room -= cells[window.last].width;
    ++window.last;
  }
  return window;
}

/// A part of a very long line, cut at characters, and where the place is in it.
struct Excerpt {
  std::string_view text;
  std::size_t from{0};
};

Excerpt excerpt(std::string_view line, std::size_t from) {
  constexpr std::size_t reach = 2'000;  // bytes; far more than fits into a quote
  const auto inside = [&](std::size_t at) {
    return at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0U) == 0x80U;
  };
  std::size_t first = from > reach ? from - reach : 0;
  while (first > 0 && inside(first)) --first;
  std::size_t last = std::min(line.size(), from + reach);
  while (last > from && inside(last)) --last;
  return {line.substr(first, last - first), from - first};
}

struct Quote {
  std::string text;
  std::string caret;
};

Quote quote(const Span& where, std::string_view line) {
  const auto [text, from] =
      excerpt(line, std::min<std::size_t>(where.column == 0 ? 0 : where.column - 1, line.size()));
  const auto cells = cells_of(text, from, std::max<std::uint32_t>(where.length, 1));
  const auto hit = std::find_if(cells.begin(), cells.end(), [](const Cell& c) { return c.marked; });
  const auto place = static_cast<std::size_t>(hit - cells.begin());
  const Window window = window_of(cells, std::min(place, cells.size()));
  Quote result;
  if (window.first > 0) result.text = "...";
  for (std::size_t i = window.first; i < window.last; ++i) result.text += cells[i].shown;
  if (window.last < cells.size()) result.text += "...";
  result.caret.assign((window.first > 0 ? 3U : 0U) + width_of(cells, window.first, place), ' ');
  result.caret += '^';
  std::size_t marked = 0;
  for (std::size_t i = place; i < window.last && cells[i].marked; ++i) marked += cells[i].width;
  if (marked > 1) result.caret.append(marked - 1, '~');
  return result;
}

std::string place_of(const Span& where) {
  if (where.file == nullptr) return {};
  if (where.line == 0) return fmt::format("{}: ", printable(where.file->path));
  return fmt::format("{}:{}:{}: ", printable(where.file->path), where.line,
                     std::max<std::uint32_t>(where.column, 1));
}

}  // namespace

std::string render(const Diagnostic& diagnostic, Colour colour) {
  const Style& style = colour == Colour::on ? coloured : plain;
  const Span& where = diagnostic.where;
  const bool error = diagnostic.severity == Severity::error;
  const std::string_view mark = error ? style.error : style.warning;
  std::string out = fmt::format("{}{}{}{}{}:{} {}{}{}\n", style.bold, place_of(where), style.reset,
                                mark, error ? "error" : "warning", style.reset, style.bold,
                                printable(diagnostic.message), style.reset);
  if (where.file != nullptr && where.line > 0) {
    const Quote quoted = quote(where, line_of(where.file->text, where.line));
    const std::string number = std::to_string(where.line);
    out += fmt::format("{:>5} | {}\n", number, quoted.text);
    out += fmt::format("{:>{}} | {}{}{}\n", "", std::max<std::size_t>(number.size(), 5), mark,
                       quoted.caret, style.reset);
  }
  if (!diagnostic.hint.empty())
    out += fmt::format("  {}hint:{} {}\n", style.accent, style.reset, printable(diagnostic.hint));
  return out;
}

std::string render(const std::vector<Diagnostic>& diagnostics, Colour colour) {
  std::string out;
  for (const auto& diagnostic : diagnostics) out += render(diagnostic, colour);
  return out;
}

}  // namespace pipectl
