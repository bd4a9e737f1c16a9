#include <fmt/format.h>

#include <array>
#include <limits>

#include "core/base/text.hpp"

namespace pipectl {
namespace {

using Count = std::int64_t;
__extension__ using Wide = unsigned __int128;

constexpr Count second = 1'000;
constexpr Count minute = 60 * second;
constexpr Count hour = 60 * minute;
constexpr Count day = 24 * hour;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

/// From large to small: a duration names each at most once and in this order.
constexpr std::array duration_units{Unit{"d", day}, Unit{"h", hour}, Unit{"m", minute},
                                    Unit{"s", second}, Unit{"ms", 1}};

constexpr std::array size_units{Unit{"", 1},
                                Unit{"b", 1},
                                Unit{"kb", 1'000},
                                Unit{"kib", 1ULL << 10U},
                                Unit{"k", 1ULL << 10U},
                                Unit{"mb", 1'000'000},
                                Unit{"mib", 1ULL << 20U},
                                Unit{"m", 1ULL << 20U},
                                Unit{"gb", 1'000'000'000},
                                Unit{"gib", 1ULL << 30U},
                                Unit{"g", 1ULL << 30U},
                                Unit{"tb", 1'000'000'000'000},
                                Unit{"tib", 1ULL << 40U},
                                Unit{"t", 1ULL << 40U}};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

template <class Pred>
std::string_view take_while(std::string_view& text, Pred belongs) {
  std::size_t end = 0;
  while (end < text.size() && belongs(text[end])) ++end;
  const auto taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

std::optional<std::uint64_t> number(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (__builtin_mul_overflow(value, 10U, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, static_cast<unsigned>(c - '0'), &value)) return std::nullopt;
  }
  return value;
}

/// value * factor, when it fits a count of milliseconds.
std::optional<Count> scaled(std::uint64_t value, std::uint64_t factor) {
  Count out = 0;
  if (__builtin_mul_overflow(value, factor, &out)) return std::nullopt;
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// `.5` of a size in units of `factor`; digits beyond the eighteenth cannot matter.
Wide fraction_of(std::string_view digits, std::uint64_t factor) {
  Wide value = 0;
  Wide scale = 1;
  for (const char c : digits.substr(0, 18)) {
    value = value * 10U + static_cast<unsigned>(c - '0');
    scale *= 10U;
  }
  return value * factor / scale;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  Count total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    const auto value = number(take_while(text, is_digit));
    if (!value) return std::nullopt;
    auto name = take_while(text, is_letter);
    const bool bare = name.empty() && text.empty() && next_unit == 0;
    if (bare) name = "s";
    while (next_unit < duration_units.size() && duration_units[next_unit].name != name) ++next_unit;
    if (next_unit == duration_units.size()) return std::nullopt;
    const auto part = scaled(*value, duration_units[next_unit++].factor);
    if (!part || __builtin_add_overflow(total, *part, &total)) return std::nullopt;
  }
  return std::chrono::milliseconds(total);
}

std::string human_duration(std::chrono::milliseconds duration) {
  const Count ms = std::max<Count>(duration.count(), 0);
  if (ms < second) return fmt::format("{}ms", ms);
  const Count tenths = ms / 100 + (ms % 100 >= 50 ? 1 : 0);
  if (tenths < 600) return fmt::format("{}.{}s", tenths / 10, tenths % 10);
  const Count seconds = ms / second + (ms % second >= 500 ? 1 : 0);
  if (seconds < 3'600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
  const Count minutes = ms / minute + (ms % minute >= 30 * second ? 1 : 0);
  return fmt::format("{}h{:02}m", minutes / 60, minutes % 60);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto whole = number(take_while(text, is_digit));
  if (!whole) return std::nullopt;
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = take_while(text, is_digit);
    if (fraction.empty()) return std::nullopt;
  }
  take_while(text, [](char c) { return c == ' '; });
  const std::string name = lower(text);
  for (const auto& unit : size_units) {
    if (unit.name != name) continue;
    const Wide bytes = Wide{*whole} * unit.factor + fraction_of(fraction, unit.factor);
    if (bytes > std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return static_cast<std::uint64_t>(bytes);
  }
  return std::nullopt;
}

std::string human_size(std::uint64_t bytes) {
  if (bytes < 1'024) return fmt::format("{} B", bytes);
  constexpr std::array<std::string_view, 6> names{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1'024;
  std::size_t unit = 0;
  // 1023.95 would be shown as "1024.0".
  while (value >= 1'023.95 && unit + 1 < names.size()) {
    value /= 1'024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, names[unit]);
}

}  // namespace pipectl
