#include "core/base/clock.hpp"

#include <fmt/chrono.h>

namespace pipectl {

WallTime SystemClock::wall() const { return std::chrono::system_clock::now(); }
SteadyTime SystemClock::steady() const { return std::chrono::steady_clock::now(); }

std::string iso8601(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto millis = std::chrono::duration_cast<Milliseconds>(time - seconds).count();
  const std::time_t stamp = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  ::gmtime_r(&stamp, &utc);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", utc, millis);
}

}  // namespace pipectl
