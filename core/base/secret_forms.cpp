#include "core/base/secret_forms.hpp"

#include <algorithm>
#include <array>

#include "core/base/base64.hpp"
#include "core/base/wrap_index.hpp"

namespace pipectl {
namespace {

constexpr std::size_t shortest_line = 6;
constexpr std::size_t shortest_wrapped = 8;
constexpr std::string_view alphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

enum class Digits { lower, upper };

char hex_digit(unsigned value, Digits digits) {
  constexpr std::string_view lower = "0123456789abcdef";
  constexpr std::string_view upper = "0123456789ABCDEF";
  return (digits == Digits::lower ? lower : upper)[value & 15U];
}

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string_view without_outer_breaks(std::string_view value) {
  const auto first = value.find_first_not_of("\r\n");
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of("\r\n") - first + 1);
}

std::vector<std::string_view> long_lines(std::string_view value) {
  std::vector<std::string_view> lines;
  while (!value.empty()) {
    const auto end = std::min(value.find_first_of("\r\n"), value.size());
    const auto line = value.substr(0, end);
    if (character_count(line) >= shortest_line) lines.push_back(line);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return lines;
}

/// A \r alone is a line end, too: programs that read text make a \n of it.
std::string with_line_ends(std::string_view value, std::string_view line_end) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\r' && i + 1 < value.size() && value[i + 1] == '\n') continue;
    value[i] == '\n' || value[i] == '\r' ? text += line_end : text += value[i];
  }
  return text;
}

std::vector<std::string> each_once(std::vector<std::string> forms) {
  std::sort(forms.begin(), forms.end());
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  return forms;
}

/// The value, in all line ends that it could have, and each of its longer lines.
std::vector<std::string> texts_of(std::string_view value) {
  const auto whole = without_outer_breaks(value);
  if (character_count(whole) < shortest_secret) return {};
  std::vector<std::string> texts{std::string(whole)};
  if (whole.find_first_of("\r\n") != std::string_view::npos) {
    texts.push_back(with_line_ends(whole, "\n"));
    texts.push_back(with_line_ends(whole, "\r\n"));
  }
  for (const auto line : long_lines(whole)) texts.emplace_back(line);
  // `a\r\nb` is long enough, with other line ends it is not.
  std::erase_if(texts, [](const auto& text) { return character_count(text) < shortest_secret; });
  return each_once(std::move(texts));
}

/// Nor blanks at the ends, which cannot be told from indentation.
std::string without_gaps(std::string_view text) {
  const auto first = std::min(text.find_first_not_of(" \t"), text.size());
  text = text.substr(first, text.find_last_not_of(" \t") + 1 - first);
  std::string left;
  for (std::size_t place = 0; place < text.size();) {
    // A `=` at the end of a line is the value's own.
    const Gap gap = text[place] == '=' ? Gap{place, place, place} : gap_at(text, place);
    if (gap.empty()) left += text[place++];
    place = gap.empty() ? place : gap.end;
  }
  return left;
}

/// What an encoder leaves as it is, beside letters and digits, and how it writes a space.
struct PercentRules {
  std::string_view safe;
  bool space_is_plus;
};

std::string percent_encoded(std::string_view bytes, std::string_view letters,
                            const PercentRules& rules, Digits digits) {
  std::string text;
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == ' ' && rules.space_is_plus) {
      text += '+';
    } else if (letters.find(byte) != std::string_view::npos ||
               rules.safe.find(byte) != std::string_view::npos) {
      text += byte;
    } else {
      text += {'%', hex_digit(value >> 4U, digits), hex_digit(value, digits)};
    }
  }
  return text;
}

}  // namespace

std::size_t character_count(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

std::vector<std::string> base64_forms(std::string_view bytes) {
  std::vector<std::string> forms;
  for (std::size_t before = 0; before < 3; ++before) {
    const std::string shifted = std::string(before, '\0') + std::string(bytes);
    // 6 bits make a character: one that holds a bit of the bytes before, or lacks a bit that the
    // bytes after would bring, is not known.
    const std::size_t first = (before * 8 + 5) / 6;
    const std::size_t last = shifted.size() * 8 / 6;
    if (last <= first) continue;
    std::string standard = encode_base64(shifted).substr(first, last - first);
    std::string for_urls = standard;
    std::replace(for_urls.begin(), for_urls.end(), '+', '-');
    std::replace(for_urls.begin(), for_urls.end(), '/', '_');
    forms.push_back(std::move(standard));
    forms.push_back(std::move(for_urls));
  }
  return forms;
}

std::vector<std::string> percent_forms(std::string_view bytes) {
  constexpr std::array rules{
      PercentRules{"-._~", false},                  // RFC 3986, curl, Python's quote(safe='')
      PercentRules{"-._~", true},                   // Go's QueryEscape, Python's quote_plus
      PercentRules{"-._~/", false},                 // Python's quote
      PercentRules{"-._*", true},                   // HTML forms, Java's URLEncoder
      PercentRules{"-._", true},                    // PHP's urlencode
      PercentRules{"-_.!~*'()", false},             // encodeURIComponent
      PercentRules{"-_.!~*'();/?:@&=+$,#", false},  // encodeURI
  };
  std::vector<std::string> forms;
  for (const Digits digits : {Digits::upper, Digits::lower}) {
    for (const auto& rule : rules)
      forms.push_back(percent_encoded(bytes, alphanumeric, rule, digits));
    forms.push_back(percent_encoded(bytes, "", PercentRules{"", false}, digits));
  }
  return forms;
}

std::vector<std::string> quoted_printable_forms(std::string_view bytes) {
  const auto encoded = [bytes](std::string_view kept) {
    std::string text;
    for (const char byte : bytes) {
      const auto value = static_cast<unsigned char>(byte);
      if ((value > ' ' && value < 0x7F && byte != '=') || kept.find(byte) != std::string_view::npos)
        text += byte;
      else
        text += {'=', hex_digit(value >> 4U, Digits::upper), hex_digit(value, Digits::upper)};
    }
    return text;
  };
  return {encoded(" \t\r\n"), encoded(" \t"), encoded("\r\n")};
}

std::vector<std::string> secret_forms(std::string_view value) {
  std::vector<std::string> forms;
  for (const auto& text : texts_of(value)) {
    forms.push_back(text);
    append(forms, base64_forms(text));
    append(forms, percent_forms(text));
    append(forms, json_forms(text));
    append(forms, quoted_printable_forms(text));
    append(forms, hexadecimal_forms(text));
    append(forms, shell_forms(text));
    append(forms, xml_forms(text));
  }
  return each_once(std::move(forms));
}

std::vector<std::string> wrapped_forms(std::string_view value) {
  std::vector<std::string> forms;
  for (const auto& text : texts_of(value)) {
    if (auto raw = without_gaps(text); raw.size() >= shortest_wrapped)
      forms.push_back(std::move(raw));
    for (const auto& form : quoted_printable_forms(text))
      if (auto quoted = without_gaps(form); quoted.size() >= shortest_wrapped)
        forms.push_back(std::move(quoted));
    append(forms, base64_forms(text));
    append(forms, hexadecimal_forms(text));
  }
  std::erase_if(forms, [](const auto& form) { return form.size() < visible_before_gap + 3; });
  return each_once(std::move(forms));
}

}  // namespace pipectl
