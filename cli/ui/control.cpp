#include "cli/ui/control.hpp"

#include <utf8proc.h>

namespace pipectl::ui {
namespace {

constexpr char escape = '\x1b';
constexpr char bell = '\x07';

bool between(char c, char low, char high) { return c >= low && c <= high; }

std::size_t skip(std::string_view text, std::size_t from, char low, char high) {
  while (from < text.size() && between(text[from], low, high)) ++from;
  return from;
}

// `ESC [ parameters intermediates final`.
Lexeme csi(std::string_view text) {
  const std::size_t parameters = skip(text, 2, '0', '?');
  const std::size_t end = skip(text, parameters, ' ', '/');
  if (end == text.size() || !between(text[end], '@', '~')) return {Piece::control, end};
  const bool plain = text.substr(2, end - 2).find_first_not_of("0123456789;:") == text.npos;
  return {text[end] == 'm' && plain ? Piece::colour : Piece::control, end + 1};
}

// Titles, clipboard writes, hyperlinks, images: up to their terminator, else the rest of the text,
// as a terminal would swallow it.
Lexeme control_string(std::string_view text) {
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (text[i] == bell) return {Piece::control, i + 1};
    if (text[i] == escape)
      return {Piece::control, i + 1 < text.size() && text[i + 1] == '\\' ? i + 2 : i};
  }
  return {Piece::control, text.size()};
}

Lexeme escape_sequence(std::string_view text) {
  if (text.size() == 1) return {Piece::control, 1};
  if (text[1] == '[') return csi(text);
  if (std::string_view{"]PX^_"}.find(text[1]) != std::string_view::npos)
    return control_string(text);
  const std::size_t end = skip(text, 1, ' ', '/');
  return {Piece::control, end < text.size() && between(text[end], '0', '~') ? end + 1 : end};
}

// Overrides and isolates let a text show itself in another order than it has.
bool reorders(std::int32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
         c == 0x200F || c == 0x061C;
}

Lexeme code_point(std::string_view text) {
  std::int32_t c = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto length =
      utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() > 4 ? 4 : text.size()), &c);
  if (length <= 0) return {Piece::invalid, 1};
  const auto size = static_cast<std::size_t>(length);
  const bool line_break = c == 0x2028 || c == 0x2029;
  if ((c >= 0x80 && c <= 0x9F) || reorders(c) || line_break) return {Piece::control, size};
  const int width = utf8proc_charwidth(c);
  return {Piece::glyph, size, c, width > 0 ? static_cast<std::size_t>(width) : 0};
}

}  // namespace

Lexeme next_piece(std::string_view text) {
  const char c = text.front();
  if (between(c, ' ', '~')) return {Piece::glyph, 1, c, 1};
  if (c == '\t') return {Piece::tab, 1};
  if (c == escape) return escape_sequence(text);
  if (between(c, '\x00', '\x1f') || c == '\x7f') return {Piece::control, 1};
  return code_point(text);
}

}  // namespace pipectl::ui
