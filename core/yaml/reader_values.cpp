#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/text.hpp"
#include "core/yaml/reader.hpp"

namespace pipectl::yaml {
namespace {

/// What was written, short enough for a message.
std::string shown(Node value) {
  if (value.kind() != Kind::scalar) return std::string(describe(value.kind()));
  constexpr std::size_t longest = 40;
  const auto text = value.text();
  if (text.size() <= longest) return fmt::format("'{}'", text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return fmt::format("'{}...'", text.substr(0, end));
}

void wrong(Node value, std::string_view key, std::string_view wanted, std::string hint,
           Diagnostics& diagnostics) {
  diagnostics.error(value.span(), fmt::format("'{}' must be {}, not {}", key, wanted, shown(value)),
                    std::move(hint));
}

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

}  // namespace

std::optional<std::string_view> read_string(Node value, std::string_view key,
                                            Diagnostics& diagnostics) {
  if (value.kind() == Kind::scalar) return value.text();
  wrong(value, key, "text", {}, diagnostics);
  return std::nullopt;
}

std::optional<bool> read_boolean(Node value, std::string_view key, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 3> yes{"true", "True", "TRUE"};
  static constexpr std::array<std::string_view, 3> no{"false", "False", "FALSE"};
  static constexpr std::array<std::string_view, 4> like_yes{"yes", "on", "y", "1"};
  static constexpr std::array<std::string_view, 4> like_no{"no", "off", "n", "0"};
  const auto text = value.text();
  std::string hint;
  if (value.kind() == Kind::scalar && !value.is_string()) {
    if (is_one_of(text, yes)) return true;
    if (is_one_of(text, no)) return false;
    if (is_one_of(text, like_yes)) hint = "write true";
    if (is_one_of(text, like_no)) hint = "write false";
  } else if (is_one_of(text, yes) || is_one_of(text, no)) {
    hint = "drop the quotes";
  }
  wrong(value, key, "true or false", std::move(hint), diagnostics);
  return std::nullopt;
}

std::optional<long> read_integer(Node value, std::string_view key, Limits limits,
                                 Diagnostics& diagnostics) {
  const auto text = value.text();
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = !text.empty() && end == text.data() + text.size() &&
                         (error == std::errc() || error == std::errc::result_out_of_range);
  if (!is_number || value.is_string()) {
    wrong(value, key, "a whole number", is_number ? "drop the quotes" : "", diagnostics);
    return std::nullopt;
  }
  if (error == std::errc() && number >= limits.min && number <= limits.max) return number;
  wrong(value, key, fmt::format("between {} and {}", limits.min, limits.max), {}, diagnostics);
  return std::nullopt;
}

std::optional<Milliseconds> read_duration(Node value, std::string_view key,
                                          Diagnostics& diagnostics) {
  if (value.kind() == Kind::scalar) {
    if (const auto duration = parse_duration(value.text())) return duration;
  }
  wrong(value, key, "a duration", "write 90s, 15m or 1h30m", diagnostics);
  return std::nullopt;
}

std::vector<Node> read_strings(Node value, std::string_view key, Diagnostics& diagnostics) {
  if (value.kind() == Kind::scalar) return {value};
  std::vector<Node> result;
  if (value.kind() == Kind::sequence) {
    result.reserve(value.size());
    for (const Node item : value.items()) {
      if (item.kind() == Kind::scalar)
        result.push_back(item);
      else
        diagnostics.error(item.span(), fmt::format("an item of '{}' must be text, not {}", key,
                                                   describe(item.kind())));
    }
    return result;
  }
  wrong(value, key, "text or a list", {}, diagnostics);
  return result;
}

std::optional<std::string_view> read_choice(Node value, std::string_view key,
                                            std::span<const std::string_view> choices,
                                            Diagnostics& diagnostics) {
  const auto text = value.text();
  for (const auto choice : choices)
    if (value.kind() == Kind::scalar && choice == text) return choice;
  std::string wanted = choices.size() > 1 ? "one of " : "";
  for (std::size_t i = 0; i < choices.size(); ++i)
    wanted += (i == 0 ? "" : ", ") + std::string(choices[i]);
  wrong(value, key, wanted, suggestion(text, choices), diagnostics);
  return std::nullopt;
}

}  // namespace pipectl::yaml
