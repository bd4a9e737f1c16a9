#pragma once

#include <memory>

#include "core/api/deploy_target.hpp"

namespace pipectl::renderhost {

/// `render` of a deploy: a service of the platform Render, by its API or a deploy hook.
[[nodiscard]] std::unique_ptr<DeployTargetKind> make_target();

}  // namespace pipectl::renderhost
