#pragma once

#include <memory>

#include "core/api/deploy_target.hpp"
#include "core/api/executor_factory.hpp"
#include "core/api/stage_method.hpp"

namespace pipectl::docker {

/// `image`, `executor: docker` and `services`.
[[nodiscard]] std::unique_ptr<ExecutorFactory> make_factory();
/// `docker` of `kind: build`.
[[nodiscard]] std::unique_ptr<StageMethod> make_build_method();
/// `docker` of `kind: publish`.
[[nodiscard]] std::unique_ptr<StageMethod> make_publish_method();

/// `compose` of `kind: deploy`.
[[nodiscard]] std::unique_ptr<DeployTargetKind> make_compose_target();
/// `docker` of `kind: deploy`.
[[nodiscard]] std::unique_ptr<DeployTargetKind> make_app_target();

/// False (reported) for a stage whose commands run in a container.
[[nodiscard]] bool runs_on_host(yaml::Node value, const ParseContext& context);

}  // namespace pipectl::docker
