#pragma once

#include <memory>

#include "core/api/deploy_strategy.hpp"

namespace pipectl::stages {

[[nodiscard]] std::unique_ptr<DeployStrategyKind> make_rolling_strategy();
[[nodiscard]] std::unique_ptr<DeployStrategyKind> make_blue_green_strategy();
[[nodiscard]] std::unique_ptr<DeployStrategyKind> make_canary_strategy();

/// How long a release may take to get ready, unless the file says otherwise.
inline constexpr Milliseconds default_deadline{300'000};

}  // namespace pipectl::stages
