#include <initializer_list>
#include <utility>

#include "core/base/secret_forms.hpp"

namespace pipectl {
namespace {

using Replacements = std::initializer_list<std::pair<char, std::string_view>>;

std::string replaced(std::string_view text, Replacements rules) {
  std::string out;
  for (const char byte : text) {
    std::string_view with;
    for (const auto& [what, instead] : rules)
      if (what == byte) with = instead;
    if (with.empty())
      out += byte;
    else
      out += with;
  }
  return out;
}

/// A backslash before each of these.
std::string escaped(std::string_view text, std::string_view characters) {
  std::string out;
  for (const char byte : text) {
    if (characters.find(byte) != std::string_view::npos) out += '\\';
    out += byte;
  }
  return out;
}

enum class NotAscii { kept, octal };

/// Between `$'` and `'`, as bash and ksh write it.
std::string in_dollar_quotes(std::string_view text, NotAscii others) {
  std::string out;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    constexpr std::string_view named = "\a\b\t\n\v\f\r";
    constexpr std::string_view letters = "abtnvfr";
    if (const auto at = named.find(byte); at != std::string_view::npos) {
      out += {'\\', letters[at]};
    } else if (byte == '\'' || byte == '\\') {
      out += {'\\', byte};
    } else if (value < ' ' || value == 0x7F || (others == NotAscii::octal && value > 0x7F)) {
      const auto digit = [value](unsigned shift) {
        return static_cast<char>('0' + ((value >> shift) & 7U));
      };
      out += {'\\', digit(6), digit(3), digit(0)};
    } else {
      out += byte;
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> hexadecimal_forms(std::string_view bytes) {
  std::vector<std::string> forms;
  for (const std::string_view digits : {"0123456789abcdef", "0123456789ABCDEF"}) {
    std::string text;
    for (const char byte : bytes) {
      const auto value = static_cast<unsigned char>(byte);
      text += {digits[value >> 4U], digits[value & 15U]};
    }
    forms.push_back(std::move(text));
  }
  return forms;
}

std::vector<std::string> shell_forms(std::string_view text) {
  return {replaced(text, {{'\'', R"('\'')"}}),
          replaced(text, {{'\'', R"('"'"')"}}),
          escaped(text, R"("$`\)"),
          escaped(text, "\"$`\\!"),
          escaped(text, " \t!\"#$&'()*,;<>?[\\]^`{|}~"),
          escaped(text, " \t!\"$&'()*,;<>?[\\]^`{|}"),
          escaped(text, " \t!\"#$&'()*,:;<=>?@[\\]^`{|}~"),
          in_dollar_quotes(text, NotAscii::kept),
          in_dollar_quotes(text, NotAscii::octal)};
}

std::vector<std::string> xml_forms(std::string_view text) {
  const auto with = [text](std::string_view quote, std::string_view apostrophe) {
    return replaced(
        text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', quote}, {'\'', apostrophe}});
  };
  return {with({}, {}),
          with("&quot;", {}),
          with("&quot;", "&apos;"),
          with("&quot;", "&#39;"),
          with("&quot;", "&#x27;"),
          with("&#34;", "&#39;")};
}

}  // namespace pipectl
