#pragma once

#include "core/base/env.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::git {

/// What GitHub Actions, GitLab CI or Jenkins say in their environment; `manual` elsewhere. Reads
/// GITHUB_EVENT_PATH where it is set. Sources: each system's list of predefined variables.
struct CiContext {
  Event event;
  GitInfo git;  ///< only the fields that the environment tells
};
[[nodiscard]] CiContext read_ci_event(const EnvMap& environment);

}  // namespace pipectl::git
