#pragma once

#include <chrono>

#include "core/base/clock.hpp"

namespace pipectl::test {

/// A clock that stands where a test put it.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(WallTime at = WallTime{std::chrono::seconds{1'795'000'000}}) : at_(at) {}
  [[nodiscard]] WallTime wall() const override { return at_; }
  [[nodiscard]] SteadyTime steady() const override { return SteadyTime{at_.time_since_epoch()}; }
  void advance(Milliseconds time) { at_ += time; }

 private:
  WallTime at_;
};

}  // namespace pipectl::test
