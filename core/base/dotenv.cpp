#include "core/base/dotenv.hpp"

#include <algorithm>
#include <cctype>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

/// Reads one file from front to back; every step leaves `rest_` behind what it read.
class DotenvParser {
 public:
  DotenvParser(std::string_view text, std::string_view file) : rest_(text), file_(file) {}

  Result<EnvMap> parse() {
    EnvMap values;
    for (skip_blank(); !rest_.empty(); skip_blank()) {
      if (rest_.starts_with("export ")) rest_.remove_prefix(7);
      const std::string name{trim(take_until('='))};
      if (!is_env_name(name) || rest_.empty()) return malformed("is no `NAME=value`");
      rest_.remove_prefix(1);
      values[name] = TRY(value());
    }
    return values;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> malformed(std::string_view what) const {
    return fail(
        Fault::usage,
        std::string{file_} + ":" + std::to_string(line_) + ": the line " + std::string{what},
        "write NAME=value, one a line");
  }

  /// Up to `end`, the end of the line or of the text.
  std::string_view take_until(char end) {
    const std::size_t size = std::min(rest_.find(end), std::min(rest_.find('\n'), rest_.size()));
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    if (!rest_.empty() && rest_.front() == '\n' && end != '\n') rest_ = {};
    return taken;
  }

  void skip_blank() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '#')
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      else if (std::isspace(static_cast<unsigned char>(c)) != 0)
        advance();
      else
        return;
    }
  }

  char advance() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n') ++line_;
    return c;
  }

  Result<std::string> value() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) advance();
    if (!rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'')) return quoted();
    std::string_view line = take_until('\n');
    for (std::size_t at = 0; at < line.size(); ++at)
      if (line[at] == '#' && (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t'))
        line = line.substr(0, at);
    return std::string{trim(line)};
  }

  Result<std::string> quoted() {
    const char quote = advance();
    std::string text;
    while (!rest_.empty()) {
      const char c = advance();
      if (c == quote) return end_of_quoted(std::move(text));
      if (c == '\\' && quote == '"' && !rest_.empty())
        text += unescaped(advance());
      else
        text += c;
    }
    return malformed("has a quote that never ends");
  }

  Result<std::string> end_of_quoted(std::string text) {
    const auto tail = trim(take_until('\n'));
    if (!tail.empty() && tail.front() != '#') return malformed("goes on after the closing quote");
    return text;
  }

  static char unescaped(char c) noexcept {
    switch (c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      default:
        return c;
    }
  }

  std::string_view rest_;
  std::string_view file_;
  std::size_t line_{1};
};

}  // namespace

bool is_env_name(std::string_view name) noexcept {
  const auto word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::all_of(name.begin(), name.end(), word);
}

Result<EnvMap> parse_dotenv(std::string_view text, std::string_view file) {
  return DotenvParser{text, file}.parse();
}

}  // namespace pipectl
