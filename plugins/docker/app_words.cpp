#include "plugins/docker/app_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "plugins/docker/names.hpp"

namespace pipectl::docker {
namespace {

constexpr std::size_t longest_name = 30;
constexpr int most_replicas = 100;

bool is_small_letter(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_app_name(std::string_view name) {
  const auto plain = [](char c) { return is_small_letter(c) || is_digit(c) || c == '-'; };
  return !name.empty() && name.size() <= longest_name && is_small_letter(name.front()) &&
         name.back() != '-' && std::ranges::all_of(name, plain);
}

}  // namespace

Result<std::string> app_name(std::string name) {
  if (is_app_name(name)) return name;
  return fail(
      Fault::step, fmt::format("'{}' is no name of an app", printable(name)),
      fmt::format("lower-case letters, digits and '-', a letter first, at most {}", longest_name));
}

Result<std::string> plain_name(std::string name) {
  constexpr std::string_view others = "_.-";
  const auto plain = [&](char c) {
    return is_small_letter(c) || is_digit(c) || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  };
  if (name.empty() || (std::ranges::all_of(name, plain) && name.front() != '-')) return name;
  return fail(Fault::step, fmt::format("'{}' is no name for docker", printable(name)),
              "letters, digits, '_', '.' and '-', but no '-' first");
}

Result<std::string> image_name(std::string name) {
  if (is_image_name(name)) return name;
  return fail(Fault::step, fmt::format("'{}' is no name of an image", printable(name)),
              "such as app:1.0 or registry.example/team/app:1.0");
}

Result<int> replica_number(const std::string& text) {
  int number = text.empty() ? 1 : 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool right = text.empty() || (error == std::errc{} && end == text.data() + text.size());
  if (right && number >= 1 && number <= most_replicas) return number;
  return fail(Fault::step, fmt::format("'{}' is no number of containers", printable(text)),
              fmt::format("`replicas` is a number from 1 to {}", most_replicas));
}

Result<std::string> processors(std::string number) {
  double value = 0;
  const char* const last = number.data() + number.size();
  const auto [end, error] = std::from_chars(number.data(), last, value, std::chars_format::fixed);
  // `inf` would be a number, too.
  if (error == std::errc{} && end == last && is_digit(number.front()) && value > 0) return number;
  return fail(Fault::step, fmt::format("'{}' is no number of processors", printable(number)),
              "such as 2 or 1.5");
}

}  // namespace pipectl::docker
