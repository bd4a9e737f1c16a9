#pragma once

#include <memory>

#include "core/api/deploy_target.hpp"
#include "core/api/health_check.hpp"
#include "core/api/stage_method.hpp"

namespace pipectl::plugins {

[[nodiscard]] std::unique_ptr<DeployTargetKind> make_kubernetes_target();
[[nodiscard]] std::unique_ptr<HealthCheckKind> make_kubernetes_check();
[[nodiscard]] std::unique_ptr<StageMethod> make_kubernetes_rotation();

}  // namespace pipectl::plugins
