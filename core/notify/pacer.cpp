#include "core/notify/pacer.hpp"

#include <algorithm>

namespace pipectl::notify {

Milliseconds Pacer::take(SteadyTime now) noexcept {
  if (pace_.gap.count() <= 0) return Milliseconds{0};
  const auto passed = std::chrono::floor<Milliseconds>(now - counted_);
  if (tokens_ < pace_.burst && passed >= pace_.gap) {
    const auto gained = static_cast<unsigned>(
        std::min<Milliseconds::rep>(passed / pace_.gap, pace_.burst - tokens_));
    tokens_ += gained;
    counted_ += pace_.gap * gained;
  }
  if (tokens_ == 0)
    return std::max(pace_.gap - std::chrono::floor<Milliseconds>(now - counted_), Milliseconds{1});
  if (tokens_ == pace_.burst) counted_ = now;
  --tokens_;
  return Milliseconds{0};
}

Milliseconds Backoff::wait(int attempt, double chance) const noexcept {
  Milliseconds wait = first;
  for (int i = 1; i < attempt && wait < longest; ++i) wait *= 2;
  wait = std::min(wait, longest);
  const double share = 0.5 + std::clamp(chance, 0.0, 1.0) / 2;
  return Milliseconds{static_cast<Milliseconds::rep>(static_cast<double>(wait.count()) * share)};
}

}  // namespace pipectl::notify
