#include "core/model/leniency.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

/// Takes a number of exactly `digits` from the front.
std::optional<unsigned> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  unsigned number = 0;
  const char* const end = text.data() + digits;
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest != end) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<std::chrono::year_month_day> parse_day(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !text.empty()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::string to_text(std::chrono::year_month_day day) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

bool is_expired(const Excuse& excuse, WallTime now) {
  return std::chrono::floor<std::chrono::days>(now) > std::chrono::sys_days(excuse.expires);
}

std::string describe(const Excuse& excuse) {
  return fmt::format("until {}: {}", to_text(excuse.expires), excuse.reason);
}

std::string describe(const Waiver& waiver) {
  if (!waiver.gate.empty()) return "gate " + waiver.gate;
  std::vector<std::string> parts;
  for (const auto* part : {&waiver.rule, &waiver.package, &waiver.path})
    if (!part->empty()) parts.push_back(*part);
  return join(parts, " in ");
}

Glob wildcard(std::string_view pattern) {
  constexpr std::string_view special = R"(\?[]{},!^/)";
  std::string glob;
  for (const char c : pattern) {
    if (special.find(c) != std::string_view::npos) glob += '\\';
    glob += c;
    if (c == '*') glob += c;
  }
  return Glob(glob);
}

}  // namespace pipectl
