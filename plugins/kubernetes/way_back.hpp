#pragma once

#include "core/api/deploy_target.hpp"

namespace pipectl::plugins::kubernetes {

/// The same with half of the time that is left: a way back that leads nowhere leaves the other half
/// to the next one.
[[nodiscard]] DeployWork with_half_the_time(DeployWork work, SteadyTime now);

}  // namespace pipectl::plugins::kubernetes
