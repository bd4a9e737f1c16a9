#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pipectl::ui {

/// What stands at the front of a text.
enum class Piece {
  glyph,  ///< a character that can be shown
  tab,
  colour,   ///< an SGR sequence: `ESC [ … m`
  control,  ///< any other control sequence or character; must not reach a terminal
  invalid,  ///< a byte that is no UTF-8
};

struct Lexeme {
  Piece piece{Piece::glyph};
  std::size_t bytes{0};
  std::int32_t code_point{0};  ///< of a glyph
  std::size_t columns{0};      ///< of a glyph
};

/// The first piece of a text that is not empty. Source for the sequences: ECMA-48, 5.4 and 8.3.
[[nodiscard]] Lexeme next_piece(std::string_view text);

}  // namespace pipectl::ui
