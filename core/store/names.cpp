#include "core/store/names.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>

#include "core/base/sha256.hpp"

namespace pipectl::store {
namespace {

constexpr std::size_t longest_readable = 80;
constexpr std::size_t id_length = 20;
constexpr std::string_view id_form = "dddddddd-dddddd-xxxx";

bool is_plain(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f'); }

std::string id_of(std::time_t second, unsigned tail) {
  std::tm utc{};
  ::gmtime_r(&second, &utc);
  return fmt::format("{:%Y%m%d-%H%M%S}-{:04x}", utc, tail);
}

struct ParsedId {
  std::time_t second;
  unsigned tail;
};

std::optional<ParsedId> parse_id(std::string_view id) {
  if (!is_run_id(id)) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size, int base) {
    int value = 0;
    std::from_chars(id.data() + at, id.data() + at + size, value, base);
    return value;
  };
  std::tm utc{};
  utc.tm_year = number(0, 4, 10) - 1900;
  utc.tm_mon = number(4, 2, 10) - 1;
  utc.tm_mday = number(6, 2, 10);
  utc.tm_hour = number(9, 2, 10);
  utc.tm_min = number(11, 2, 10);
  utc.tm_sec = number(13, 2, 10);
  return ParsedId{::timegm(&utc), static_cast<unsigned>(number(16, 4, 16))};
}

}  // namespace

std::string file_name_of(std::string_view stage) {
  if (!stage.empty() && stage.size() <= longest_readable && std::ranges::all_of(stage, is_plain))
    return std::string(stage);
  std::string readable;
  for (const char c : stage.substr(0, longest_readable)) {
    if (is_plain(c))
      readable += c;
    else if (!readable.empty() && readable.back() != '_')
      readable += '_';
  }
  while (!readable.empty() && readable.back() == '_') readable.pop_back();
  return readable + "." + sha256_hex(stage).substr(0, 16);
}

std::string next_run_id(WallTime at, std::string_view latest, unsigned noise) {
  constexpr unsigned digits = 0xffff;
  const std::time_t now = std::chrono::system_clock::to_time_t(at);
  std::string id = id_of(now, noise & digits);
  const auto before = parse_id(latest);
  constexpr std::time_t day = 86'400;
  // A clock that is off by more than a day was wrong then or is wrong now: believe it now.
  if (!before || latest < id || before->second > now + day) return id;
  if (before->tail < digits) return id_of(before->second, before->tail + 1);
  return id_of(before->second + 1, noise & 0xff);
}

bool is_run_id(std::string_view text) noexcept {
  if (text.size() != id_length) return false;
  for (std::size_t i = 0; i < id_length; ++i) {
    const bool fits = id_form[i] == 'd'   ? is_digit(text[i])
                      : id_form[i] == 'x' ? is_hex(text[i])
                                          : text[i] == '-';
    if (!fits) return false;
  }
  return true;
}

}  // namespace pipectl::store
