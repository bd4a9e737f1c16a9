#pragma once

#include <chrono>
#include <string>

namespace pipectl {

using Milliseconds = std::chrono::milliseconds;
using WallTime = std::chrono::system_clock::time_point;
using SteadyTime = std::chrono::steady_clock::time_point;

/// The seam for time, so that a test decides what time it is.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime wall() const = 0;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override;
  [[nodiscard]] SteadyTime steady() const override;
};

/// `2026-11-20T15:52:01.123Z`
[[nodiscard]] std::string iso8601(WallTime time);

}  // namespace pipectl
