#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pipectl::expr {

enum class TokenKind : std::uint8_t {
  end,
  name,  ///< letters, digits, `_` and `-`
  text,  ///< in quotes; `value` has it without them
  number,
  open,  ///< (
  close,
  open_index,  ///< [
  close_index,
  comma,
  dot,
  not_,
  and_,
  or_,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  error,  ///< `value` says what is wrong, `hint` what may be meant
};

struct Token {
  TokenKind kind{TokenKind::end};
  std::size_t offset{0};
  std::size_t length{0};
  std::string value{};
  double number{0};
  std::string hint{};
};

/// Cuts the text of an expression into tokens, one at a time.
class Lexer {
 public:
  explicit Lexer(std::string_view text) noexcept : text_(text) {}
  /// `end` again and again once the text is used up; after an error only errors.
  Token next();

 private:
  Token text_token();
  Token number_token();
  Token name_token();
  Token sign_token();
  [[nodiscard]] Token token(TokenKind kind, std::size_t length);
  [[nodiscard]] Token error(std::size_t length, std::string message, std::string hint = {}) const;

  std::string_view text_;
  std::size_t at_{0};
};

/// The index behind the quoted text that begins at `begin`, or npos when it is not closed. Inside,
/// the quote itself is written twice or with a backslash.
[[nodiscard]] std::size_t end_of_quoted(std::string_view text, std::size_t begin) noexcept;

}  // namespace pipectl::expr
