#pragma once

#include <cstdint>
#include <vector>

#include "stages/load/histogram.hpp"

namespace pipectl::stages::load {

/// How a load went as time passed: its duration in at most 300 parts of whole seconds. Only the
/// latest part keeps its durations one by one, so memory does not grow with the load.
class Timeline {
 public:
  /// What ended in one part.
  struct Point {
    double from{0};  ///< seconds since what counts began
    std::uint64_t requests{0};
    std::uint64_t failed{0};
    double p50{0};  ///< milliseconds
    double p95{0};
    double p99{0};
    double max{0};
  };

  explicit Timeline(double seconds = 0);
  enum class Verdict : std::uint8_t { good, failed };
  /// A request that ended at `moment` (seconds since what counts began, never before an earlier
  /// one's). Those that end just after the load belong to its last part: one of their own would
  /// tell of a few requests as if it were a second of the load.
  void add(double moment, std::uint64_t microseconds, Verdict verdict);

  [[nodiscard]] double width() const noexcept { return width_; }  ///< of a part, in seconds
  [[nodiscard]] std::vector<Point> points() const;

 private:
  [[nodiscard]] Point current() const;
  [[nodiscard]] double part_of(double moment) const;

  double width_;
  double last_from_;
  std::vector<Point> ended_;
  Point now_;
  Histogram durations_;
};

}  // namespace pipectl::stages::load
