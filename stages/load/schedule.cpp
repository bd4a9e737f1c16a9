#include "stages/load/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pipectl::stages::load {
namespace {

constexpr double tiny = 1e-9;

double arrivals_in(const Phase& phase) { return (phase.from + phase.to) / 2 * phase.duration; }

/// When the n-th arrival of a phase is due: n = from·t + (to − from)·t² / (2·duration).
Seconds time_of(const Phase& phase, double n) {
  const double slope = (phase.to - phase.from) / phase.duration;
  if (std::abs(slope) < tiny) return n / phase.from;
  const double root = std::sqrt(std::max(0.0, phase.from * phase.from + 2 * slope * n));
  return (root - phase.from) / slope;
}

}  // namespace

std::optional<Seconds> Schedule::next() {
  for (; phase_ < phases_.size(); ++phase_) {
    const Phase& phase = phases_[phase_];
    const double all = arrivals_in(phase);
    const double n = number_ - before_;
    if (n < all - tiny) {
      number_ += 1;
      return begun_ + (n <= 0 ? 0 : time_of(phase, n));
    }
    before_ += all;
    begun_ += phase.duration;
  }
  return std::nullopt;
}

Seconds Schedule::length() const noexcept {
  return std::accumulate(phases_.begin(), phases_.end(), Seconds{0},
                         [](Seconds sum, const Phase& phase) { return sum + phase.duration; });
}

}  // namespace pipectl::stages::load
