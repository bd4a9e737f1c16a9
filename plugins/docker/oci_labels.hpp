#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl::docker {

/// org.opencontainers.image.revision, .source and .created as the stage's environment tells them;
/// what is not known is left out. SOURCE_DATE_EPOCH is the time of creation where it is set, so
/// that the same commit makes the same image. Fault::step when it is no number.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> oci_labels(const EnvMap& env,
                                                                                  WallTime now);

}  // namespace pipectl::docker
