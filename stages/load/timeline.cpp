#include "stages/load/timeline.hpp"

#include <algorithm>
#include <cmath>

namespace pipectl::stages::load {
namespace {

constexpr double most_points = 300;
constexpr double belated = 0.25;  // of a part

}  // namespace

Timeline::Timeline(double seconds)
    : width_(std::max(1.0, std::ceil(seconds / most_points))),
      last_from_((std::max(1.0, std::ceil(seconds / width_)) - 1) * width_) {}

double Timeline::part_of(double moment) const {
  const double from = std::floor(std::max(0.0, moment) / width_) * width_;
  const bool just_after_the_end = from > last_from_ && moment < last_from_ + (1 + belated) * width_;
  return just_after_the_end ? last_from_ : from;
}

void Timeline::add(double moment, std::uint64_t microseconds, Verdict verdict) {
  const double from = part_of(moment);
  if (from > now_.from && now_.requests > 0) {
    ended_.push_back(current());
    durations_ = Histogram();
    now_ = {};
  }
  now_.from = std::max(now_.from, from);
  ++now_.requests;
  if (verdict == Verdict::failed) ++now_.failed;
  durations_.record(microseconds);
}

Timeline::Point Timeline::current() const {
  Point point = now_;
  point.p50 = durations_.percentile(50);
  point.p95 = durations_.percentile(95);
  point.p99 = durations_.percentile(99);
  point.max = durations_.max();
  return point;
}

std::vector<Timeline::Point> Timeline::points() const {
  auto points = ended_;
  if (now_.requests > 0) points.push_back(current());
  return points;
}

}  // namespace pipectl::stages::load
