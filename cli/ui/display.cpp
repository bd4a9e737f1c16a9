#include "cli/ui/display.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/ui/control.hpp"

namespace pipectl::ui {
namespace {

constexpr std::string_view reset = "\x1b[0m";
constexpr std::size_t tab_stop = 8;
constexpr std::int32_t emoji_selector = 0xFE0F;  // makes `⚠` the two columns wide `⚠️`

bool is_simple(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_reset(std::string_view colour) { return colour == reset || colour == "\x1b[m"; }

// Columns of the piece, in the light of the one before it.
std::size_t columns_after(const Lexeme& piece, std::size_t previous) {
  if (piece.piece == Piece::invalid) return 1;
  if (piece.code_point == emoji_selector && previous == 1) return 1;
  return piece.piece == Piece::glyph ? piece.columns : 0;
}

// What is left on the screen of a line that a progress bar wrote over and over.
std::string_view last_state(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  const auto overwritten = line.rfind('\r');
  return overwritten == line.npos ? line : line.substr(overwritten + 1);
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> transliterations{{
    {"…", "..."},
    {"·", "-"},
    {"→", "->"},
    {"—", "-"},
    {"–", "-"},
    {"│", "|"},
    {"─", "-"},
    {"“", "\""},
    {"”", "\""},
    {"‘", "'"},
    {"’", "'"},
    {"✓", "+"},
    {"✗", "x"},
    {"×", "x"},
}};

}  // namespace

std::size_t display_width(std::string_view text) {
  if (is_simple(text)) return text.size();
  std::size_t width = 0;
  std::size_t previous = 0;
  while (!text.empty()) {
    const Lexeme piece = next_piece(text);
    const std::size_t columns = columns_after(piece, previous);
    width += columns;
    previous = columns;
    text.remove_prefix(piece.bytes);
  }
  return width;
}

std::string truncated(std::string_view text, std::size_t columns, Glyphs glyphs) {
  if (display_width(text) <= columns) return std::string{text};
  if (columns == 0) return {};
  std::string cut;
  std::size_t width = 0;
  std::size_t previous = 0;
  bool coloured = false;
  while (!text.empty()) {
    const Lexeme piece = next_piece(text);
    const std::size_t more = columns_after(piece, previous);
    if (width + more > columns - 1) break;
    if (piece.piece == Piece::colour) coloured = !is_reset(text.substr(0, piece.bytes));
    cut += text.substr(0, piece.bytes);
    width += more;
    previous = more;
    text.remove_prefix(piece.bytes);
  }
  cut += glyphs == Glyphs::unicode ? "…" : "~";
  if (coloured) cut += reset;
  return cut;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines(1);
  std::string open;  // colour sequences since the last reset
  std::size_t width = 0;
  std::size_t previous = 0;
  while (!text.empty()) {
    const Lexeme piece = next_piece(text);
    const auto bytes = text.substr(0, piece.bytes);
    const std::size_t more = columns_after(piece, previous);
    if (width > 0 && width + more > columns) {
      if (!open.empty()) lines.back() += reset;
      lines.push_back(open);
      width = 0;
    }
    if (piece.piece == Piece::colour) open = is_reset(bytes) ? "" : open.append(bytes);
    lines.back() += bytes;
    width += more;
    previous = more;
    text.remove_prefix(piece.bytes);
  }
  return lines;
}

std::string padded(std::string_view text, std::size_t columns, Align align) {
  const std::size_t width = display_width(text);
  const std::string fill(columns > width ? columns - width : 0, ' ');
  return align == Align::left ? std::string{text} + fill : fill + std::string{text};
}

std::string safe_line(std::string_view line, Colour colour) {
  line = last_state(line);
  if (is_simple(line)) return std::string{line};
  std::string safe;
  std::size_t width = 0;
  bool coloured = false;
  while (!line.empty()) {
    const Lexeme piece = next_piece(line);
    if (piece.piece == Piece::tab) {
      const std::size_t spaces = tab_stop - width % tab_stop;
      safe.append(spaces, ' ');
      width += spaces;
    } else if (piece.piece == Piece::invalid) {
      safe += "\xEF\xBF\xBD";
      ++width;
    } else if (piece.piece == Piece::glyph ||
               (piece.piece == Piece::colour && colour == Colour::on)) {
      if (piece.piece == Piece::colour) coloured = !is_reset(line.substr(0, piece.bytes));
      safe += line.substr(0, piece.bytes);
      width += piece.columns;
    }
    line.remove_prefix(piece.bytes);
  }
  if (coloured) safe += reset;
  return safe;
}

std::string ascii_text(std::string_view text) {
  if (is_simple(text)) return std::string{text};
  std::string ascii;
  while (!text.empty()) {
    const auto* const known =
        std::find_if(transliterations.begin(), transliterations.end(),
                     [&](const auto& t) { return text.starts_with(t.first); });
    const Lexeme piece = next_piece(text);
    if (known != transliterations.end())
      ascii += known->second;
    else if (piece.piece == Piece::colour || (piece.piece == Piece::glyph && piece.bytes == 1))
      ascii += text.substr(0, piece.bytes);
    else if (piece.columns > 0 || piece.piece == Piece::invalid)
      ascii += '?';
    text.remove_prefix(piece.bytes);
  }
  return ascii;
}

std::string shown_line(std::string_view line, const Terminal& terminal) {
  auto safe = safe_line(line, terminal.colour);
  return terminal.glyphs == Glyphs::unicode ? safe : ascii_text(safe);
}

}  // namespace pipectl::ui
