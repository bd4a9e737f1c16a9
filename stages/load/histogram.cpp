#include "stages/load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

namespace pipectl::stages::load {
namespace {

// Below 2,048 each value has a bucket; above, every power of two is cut into 1,024 buckets.
constexpr unsigned whole_bits = 11;
constexpr std::uint64_t half = 1U << (whole_bits - 1);
constexpr std::uint64_t longest_latency = 3'600'000'000;  // an hour
constexpr double per_millisecond = 1'000;

std::size_t bucket_of(std::uint64_t value) noexcept {
  const auto bits = static_cast<unsigned>(std::bit_width(value));
  if (bits <= whole_bits) return static_cast<std::size_t>(value);
  const unsigned shift = bits - whole_bits;
  return static_cast<std::size_t>(shift * half + (value >> shift));
}

/// The largest value of a bucket.
std::uint64_t last_of(std::size_t bucket) noexcept {
  if (bucket < 2 * half) return bucket;
  const std::uint64_t shift = bucket / half - 1;
  const std::uint64_t base = bucket - shift * half;
  return ((base + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : buckets_(bucket_of(longest_latency) + 1) {}

void Histogram::record(std::uint64_t microseconds) {
  const std::uint64_t value = std::min(microseconds, longest_latency);
  ++buckets_[bucket_of(value)];
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = std::max(max_, value);
  sum_ += static_cast<double>(value);
  ++count_;
}

double Histogram::min() const noexcept { return static_cast<double>(min_) / per_millisecond; }
double Histogram::max() const noexcept { return static_cast<double>(max_) / per_millisecond; }

double Histogram::mean() const noexcept {
  return count_ == 0 ? 0 : sum_ / static_cast<double>(count_) / per_millisecond;
}

double Histogram::percentile(double percent) const noexcept {
  if (count_ == 0) return 0;
  const double share = std::clamp(percent, 0.0, 100.0) / 100;
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen < wanted) continue;
    return static_cast<double>(std::clamp(last_of(bucket), min_, max_)) / per_millisecond;
  }
  return max();
}

report::Samples Histogram::samples() const {
  report::Samples samples;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    if (buckets_[bucket] == 0) continue;
    const auto value = static_cast<double>(std::clamp(last_of(bucket), min_, max_));
    samples.push_back({value / per_millisecond, buckets_[bucket]});
  }
  return samples;
}

std::vector<Histogram::Bar> Histogram::bars() const {
  constexpr double for_each_power = 10;
  std::vector<Bar> bars;
  long last = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    if (buckets_[bucket] == 0) continue;
    const double value = static_cast<double>(std::max<std::uint64_t>(1, last_of(bucket)));
    const long step = std::lround(std::floor(std::log10(value) * for_each_power));
    const auto edge = [](long at) {
      return std::pow(10, static_cast<double>(at) / for_each_power) / per_millisecond;
    };
    if (bars.empty()) last = step - 1;
    for (; last < step; ++last) bars.push_back({edge(last + 1), edge(last + 2), 0});
    bars.back().count += buckets_[bucket];
  }
  return bars;
}

}  // namespace pipectl::stages::load
