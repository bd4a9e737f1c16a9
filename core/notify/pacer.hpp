#pragma once

#include "core/api/notifier.hpp"

namespace pipectl::notify {

/// Keeps to a Pace: a bucket of `burst` tokens that gets one more each `gap`.
class Pacer {
 public:
  explicit Pacer(Pace pace) noexcept : pace_(pace), tokens_(pace.burst) {}

  /// How long until the next deed is due; zero takes it.
  [[nodiscard]] Milliseconds take(SteadyTime now) noexcept;

 private:
  Pace pace_;
  unsigned tokens_;
  SteadyTime counted_{};  ///< up to when tokens were given
};

/// Waits between tries: doubling from `first` up to `longest`, then anything between half of it and
/// all of it, so that many who failed together do not come back together.
struct Backoff {
  Milliseconds first{1'000};
  Milliseconds longest{300'000};
  /// `attempt` counts from 1; `chance` is between 0 and 1.
  [[nodiscard]] Milliseconds wait(int attempt, double chance) const noexcept;
};

}  // namespace pipectl::notify
