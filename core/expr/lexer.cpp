#include "core/expr/lexer.hpp"

#include <fmt/format.h>

#include <array>

#include "core/base/text.hpp"
#include "core/base/utf8.hpp"
#include "core/expr/compare.hpp"

namespace pipectl::expr {
namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool begins_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool in_name(char c) noexcept { return begins_name(c) || is_digit(c) || c == '-'; }

struct Sign {
  std::string_view text;
  TokenKind kind;
};

/// Longer ones first.
constexpr std::array signs{Sign{"==", TokenKind::equal},      Sign{"!=", TokenKind::not_equal},
                           Sign{"<=", TokenKind::less_equal}, Sign{">=", TokenKind::greater_equal},
                           Sign{"&&", TokenKind::and_},       Sign{"||", TokenKind::or_},
                           Sign{"<", TokenKind::less},        Sign{">", TokenKind::greater},
                           Sign{"!", TokenKind::not_},        Sign{"(", TokenKind::open},
                           Sign{")", TokenKind::close},       Sign{"[", TokenKind::open_index},
                           Sign{"]", TokenKind::close_index}, Sign{",", TokenKind::comma},
                           Sign{".", TokenKind::dot}};

/// Takes the quotes off and the escapes out of a quoted text.
std::string unquoted(std::string_view quoted) {
  const char quote = quoted.front();
  const auto inner = quoted.substr(1, quoted.size() - 2);
  std::string out;
  out.reserve(inner.size());
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const bool more = i + 1 < inner.size();
    const bool doubled = more && inner[i] == quote && inner[i + 1] == quote;
    const bool escaped =
        more && inner[i] == '\\' && (inner[i + 1] == quote || inner[i + 1] == '\\');
    if (doubled || escaped) ++i;
    out += inner[i];
  }
  return out;
}

}  // namespace

std::size_t end_of_quoted(std::string_view text, std::size_t begin) noexcept {
  const char quote = text[begin];
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    const bool more = i + 1 < text.size();
    if (text[i] == '\\' && more && (text[i + 1] == quote || text[i + 1] == '\\')) {
      ++i;
    } else if (text[i] == quote) {
      if (!more || text[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return std::string_view::npos;
}

Token Lexer::next() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  if (at_ == text_.size()) return token(TokenKind::end, 0);
  const char c = text_[at_];
  if (c == '\'' || c == '"') return text_token();
  const bool negative = c == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
  if (is_digit(c) || negative) return number_token();
  if (begins_name(c)) return name_token();
  return sign_token();
}

Token Lexer::token(TokenKind kind, std::size_t length) {
  Token out{kind, at_, length};
  at_ += length;
  return out;
}

Token Lexer::error(std::size_t length, std::string message, std::string hint) const {
  return {TokenKind::error, at_, length, std::move(message), 0, std::move(hint)};
}

Token Lexer::text_token() {
  const auto end = end_of_quoted(text_, at_);
  if (end == std::string_view::npos)
    return error(1, "this text is not closed",
                 fmt::format("end it with {0}, write {0}{0} for {0} itself", text_[at_]));
  const auto quoted = text_.substr(at_, end - at_);
  Token out = token(TokenKind::text, quoted.size());
  out.value = unquoted(quoted);
  return out;
}

Token Lexer::number_token() {
  std::size_t end = at_ + 1;
  const auto goes_on = [this](std::size_t i) {
    const bool sign =
        (text_[i] == '+' || text_[i] == '-') && (text_[i - 1] == 'e' || text_[i - 1] == 'E');
    return begins_name(text_[i]) || is_digit(text_[i]) || text_[i] == '.' || sign;
  };
  while (end < text_.size() && goes_on(end)) ++end;
  const auto digits = text_.substr(at_, end - at_);
  const auto number = parse_number(digits);
  if (!number)
    return error(digits.size(), fmt::format("'{}' is no number", digits), "put a text into quotes");
  Token out = token(TokenKind::number, digits.size());
  out.number = *number;
  return out;
}

Token Lexer::name_token() {
  std::size_t end = at_ + 1;
  while (end < text_.size() && in_name(text_[end])) ++end;
  const auto name = text_.substr(at_, end - at_);
  Token out = token(TokenKind::name, name.size());
  out.value = name;
  return out;
}

Token Lexer::sign_token() {
  const auto rest = text_.substr(at_);
  for (const auto& sign : signs)
    if (rest.starts_with(sign.text)) return token(sign.kind, sign.text.size());
  const auto length = first_utf8_char(rest).length;
  std::string hint;
  if (rest.front() == '=') hint = "compare with '=='";
  if (rest.front() == '&') hint = "write '&&'";
  if (rest.front() == '|') hint = "write '||'";
  if (rest.front() == '$') hint = "names stand here without '$'";
  return error(length, fmt::format("'{}' means nothing here", printable(rest.substr(0, length))),
               std::move(hint));
}

}  // namespace pipectl::expr
