#pragma once

#include "core/api/deploy_target.hpp"
#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// How long a call of a deploy may take, and what ends it.
[[nodiscard]] Call deploy_call(const StageContext& context, const DeployWork& work);

}  // namespace pipectl::docker
