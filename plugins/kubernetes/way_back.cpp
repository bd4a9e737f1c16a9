#include "plugins/kubernetes/way_back.hpp"

#include <algorithm>

namespace pipectl::plugins::kubernetes {

DeployWork with_half_the_time(DeployWork work, SteadyTime now) {
  if (!work.limit) return work;
  const auto left = std::chrono::duration_cast<Milliseconds>(work.limit->deadline - now);
  const Milliseconds half = std::max(left, Milliseconds{0}) / 2;
  work.limit = TimeLimit{now + half, half};
  return work;
}

}  // namespace pipectl::plugins::kubernetes
