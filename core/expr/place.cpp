#include "core/expr/place.hpp"

#include <algorithm>

namespace pipectl::expr {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\r'; }
bool is_white(char c) noexcept { return is_blank(c) || c == '\n'; }

/// How many bytes of UTF-8 a character takes.
std::size_t utf8_size(unsigned long code) noexcept {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

/// Hexadecimal digits that follow an escape's letter.
std::size_t hex_digits(char letter) noexcept {
  switch (letter) {
    case 'x':
      return 2;
    case 'u':
      return 4;
    case 'U':
      return 8;
    default:
      return 0;
  }
}

/// Bytes that an escape without digits stands for.
std::size_t named_size(char letter) noexcept {
  switch (letter) {
    case 'N':
    case '_':
      return 2;
    case 'L':
    case 'P':
      return 3;
    default:
      return 1;
  }
}

bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

unsigned long hex_value(std::string_view digits) noexcept {
  unsigned long value = 0;
  for (const char c : digits) {
    const auto lower = static_cast<unsigned long>(static_cast<unsigned char>(c) | 0x20U);
    value = value * 16 + (lower >= 'a' ? lower - 'a' + 10 : lower - '0');
  }
  return value;
}

}  // namespace

Span Place::at(std::size_t offset, std::size_t length) {
  if (scalar_.file == nullptr || scalar_.line == 0) return scalar_;
  if (!started_ || offset < offset_) start();
  while (!lost_ && offset_ < offset) lost_ = !step();
  while (!lost_ && offset_ == offset && before_blanks()) lost_ = !step();
  if (lost_ || offset_ != offset || at_ > source_.size() || !reads_as_text()) return scalar_;
  const auto end_of_line = std::min(source_.find('\n', at_), source_.size());
  const auto room = std::max<std::size_t>(end_of_line - at_, 1);
  return {scalar_.file, line_, static_cast<std::uint32_t>(at_ - line_start_ + 1),
          static_cast<std::uint32_t>(std::clamp<std::size_t>(length, 1, room))};
}

/// The file has blanks or a line end where the text already goes on.
bool Place::before_blanks() const noexcept {
  return offset_ < text_.size() && is_white(peek()) && !is_white(text_[offset_]);
}

bool Place::reads_as_text() const noexcept {
  if (offset_ >= text_.size()) return true;
  const bool escape = peek() == '\\' && style_ == Style::double_quoted && peek(1) != '\0';
  return escape || peek() == text_[offset_] || is_white(text_[offset_]);
}

char Place::peek(std::size_t ahead) const noexcept {
  return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
}

void Place::start() {
  started_ = true;
  lost_ = false;
  offset_ = 0;
  source_ = scalar_.file->text;
  style_ = Style::plain;
  find_line();
  if (lost_) return;
  skip_properties();
  switch (peek()) {
    case '\'':
      style_ = Style::single_quoted;
      break;
    case '"':
      style_ = Style::double_quoted;
      break;
    case '|':
      style_ = Style::literal;
      break;
    case '>':
      style_ = Style::folded;
      break;
    default:
      return;
  }
  if (style_ == Style::literal || style_ == Style::folded) return enter_block();
  ++at_;
}

void Place::find_line() {
  line_ = 1;
  line_start_ = 0;
  for (; line_ < scalar_.line; ++line_) {
    const auto end = source_.find('\n', line_start_);
    if (end == std::string_view::npos) {
      lost_ = true;
      return;
    }
    line_start_ = end + 1;
  }
  at_ = line_start_ + (scalar_.column > 0 ? scalar_.column - 1 : 0);
}

/// A tag or an anchor may stand before the value.
void Place::skip_properties() {
  while (peek() == '!' || peek() == '&') {
    while (at_ < source_.size() && !is_white(peek())) ++at_;
    while (is_blank(peek())) ++at_;
  }
}

void Place::enter_block() {
  at_ = std::min(source_.find('\n', at_), source_.size());
  // The first line that is not blank tells the indentation of all.
  std::size_t line = at_ + 1;
  for (std::size_t i = line; i < source_.size() && is_white(source_[i]); ++i)
    if (source_[i] == '\n') line = i + 1;
  indent_ = 0;
  while (line + indent_ < source_.size() && source_[line + indent_] == ' ') ++indent_;
  // A block that begins with blanks says how deep it is; those blanks belong to the text.
  std::size_t own = 0;
  while (own < text_.size() && text_[own] == '\n') ++own;
  std::size_t blanks = 0;
  while (own + blanks < text_.size() && text_[own + blanks] == ' ') ++blanks;
  indent_ -= std::min(indent_, blanks);
  next_line();
}

void Place::next_line() {
  ++at_;
  ++line_;
  line_start_ = at_;
  if (style_ == Style::literal || style_ == Style::folded) skip_indent();
}

void Place::skip_indent() {
  for (std::size_t i = 0; i < indent_ && peek() == ' '; ++i) ++at_;
}

bool Place::step() {
  if (at_ >= source_.size() || offset_ >= text_.size()) return false;
  const char c = peek();
  if (c == '\\' && style_ == Style::double_quoted) return step_escape();
  if (style_ == Style::literal && (c == '\n' || (c == '\r' && peek(1) == '\n'))) return step_line();
  if (c == '\n') {
    step_fold();
    return true;
  }
  if (c == text_[offset_]) {
    const bool doubled = c == '\'' && style_ == Style::single_quoted;
    if (doubled && peek(1) != '\'') return false;
    at_ += doubled ? 2U : 1U;
    ++offset_;
    return true;
  }
  if (!is_blank(c)) return false;
  ++at_;
  return true;
}

bool Place::step_escape() {
  const char letter = peek(1);
  const bool carriage_return = letter == '\r' && peek(2) == '\n';
  if (letter == '\n' || carriage_return) {  // the line goes on
    at_ += carriage_return ? 2U : 1U;
    next_line();
    while (is_blank(peek())) ++at_;
    return true;
  }
  const std::size_t digits = hex_digits(letter);
  if (at_ + 2 + digits > source_.size()) return false;
  const auto code = source_.substr(at_ + 2, digits);
  if (!std::ranges::all_of(code, is_hex)) return false;
  offset_ += digits == 0 ? named_size(letter) : utf8_size(hex_value(code));
  at_ += 2 + digits;
  return true;
}

/// Line ends and the blanks around them became a blank or fewer line ends.
void Place::step_fold() {
  while (is_white(peek())) {
    if (peek() == '\n') {
      next_line();
    } else {
      ++at_;
    }
  }
  while (offset_ < text_.size() && (text_[offset_] == ' ' || text_[offset_] == '\n')) ++offset_;
}

bool Place::step_line() {
  if (text_[offset_] != '\n') return false;
  if (peek() == '\r') ++at_;
  next_line();
  ++offset_;
  return true;
}

}  // namespace pipectl::expr
