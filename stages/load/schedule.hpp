#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace pipectl::stages::load {

/// Seconds.
using Seconds = double;

/// A stretch of time in which the rate goes evenly from one value to another, in arrivals each
/// second.
struct Phase {
  double from{0};
  double to{0};
  Seconds duration{0};
};

/// When each request of an open load is due, whatever became of those before it: a server that
/// stalls is asked all the same, and what waits is measured from when it was due ("coordinated
/// omission" is leaving that out). Pure.
class Schedule {
 public:
  explicit Schedule(std::vector<Phase> phases) : phases_(std::move(phases)) {}
  /// Seconds after the beginning, rising; nothing after the last phase.
  [[nodiscard]] std::optional<Seconds> next();
  [[nodiscard]] Seconds length() const noexcept;

 private:
  std::vector<Phase> phases_;
  std::size_t phase_{0};
  Seconds begun_{0};  ///< the phase, after the beginning
  double before_{0};  ///< arrivals of the phases before, with a share of one
  double number_{0};  ///< of the next arrival, over all
};

}  // namespace pipectl::stages::load
