#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/diagnostic.hpp"

namespace pipectl::expr {

/// Finds the place in the file of a piece of a scalar, of which only the beginning and the resolved
/// text are known: plain, quoted and block scalars, folded lines and escapes included. Where the
/// file does not read as the text, the place is that of the scalar.
///
/// Works forward from the last place asked for: many questions in rising order cost one pass.
class Place {
 public:
  /// `scalar` is where the value begins. `text` must outlive this.
  Place(Span scalar, std::string_view text) noexcept : scalar_(scalar), text_(text) {}

  [[nodiscard]] Span at(std::size_t offset, std::size_t length);

 private:
  enum class Style : unsigned char { plain, single_quoted, double_quoted, literal, folded };

  void start();
  void find_line();
  void skip_properties();
  void enter_block();
  bool step();         ///< past one character of the text (or some that belong together)
  bool step_escape();  ///< past a `\` of a double-quoted scalar
  void step_fold();
  bool step_line();  ///< past the end of a line in a literal block
  void next_line();
  void skip_indent();
  [[nodiscard]] bool before_blanks() const noexcept;
  [[nodiscard]] bool reads_as_text() const noexcept;
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept;

  Span scalar_;
  std::string_view text_;
  std::string_view source_;
  Style style_{Style::plain};
  bool started_{false};
  bool lost_{false};
  std::size_t offset_{0};      ///< in text_
  std::size_t at_{0};          ///< the same character in source_
  std::size_t line_start_{0};  ///< in source_
  std::uint32_t line_{0};
  std::size_t indent_{0};  ///< of a block
};

}  // namespace pipectl::expr
