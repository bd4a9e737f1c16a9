#pragma once

#include <cstdint>
#include <vector>

#include "core/model/report.hpp"

namespace pipectl::stages::load {

/// Durations in microseconds, counted in buckets whose width grows with the value: each value is
/// kept to three digits (less than 0.1 % off), from 1 µs to an hour, in constant memory. The layout
/// is that of an HDR histogram with 2,048 sub-buckets; Debian 12 has no such library for C.
class Histogram {
 public:
  Histogram();
  /// Longer than an hour counts as an hour.
  void record(std::uint64_t microseconds);

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// Milliseconds; 0 when nothing was recorded.
  [[nodiscard]] double min() const noexcept;
  [[nodiscard]] double max() const noexcept;
  [[nodiscard]] double mean() const noexcept;
  /// The smallest recorded value that `percent` (0 to 100) of all values do not exceed, in
  /// milliseconds.
  [[nodiscard]] double percentile(double percent) const noexcept;

  /// For comparing runs: each value to three digits, in milliseconds.
  [[nodiscard]] report::Samples samples() const;

  struct Bar {
    double from{0};  ///< milliseconds
    double to{0};
    std::uint64_t count{0};
  };
  /// For a chart: ten bars for each power of ten, from the first that is not empty to the last.
  [[nodiscard]] std::vector<Bar> bars() const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_{0};
  std::uint64_t min_{0};
  std::uint64_t max_{0};
  double sum_{0};
};

}  // namespace pipectl::stages::load
