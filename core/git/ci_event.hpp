#pragma once

#include "core/base/env.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::git {

struct CiContext {
  Event event;
  GitInfo git;  ///< only the fields that the environment tells
};

/// What GitHub Actions, GitLab CI or Jenkins say in their environment (asked in that order; the
/// first that is there answers); `manual` with everything empty elsewhere. Depends on nothing but
/// `environment` and, on GitHub, the file that GITHUB_EVENT_PATH names: without it, or where it is
/// not the JSON it should be, the variables alone decide. Never fails.
///
/// - Whatever is not a commit id where one belongs, and the all-zero id, is dropped.
/// - Events that are neither a push, a pull request nor a tag (schedules, buttons, API calls) are
///   `manual`, with the branch or tag they run on.
/// - A pull request from a fork gives its branch as `owner:branch`: a fork's branch may be called
///   `main` too, and a condition on `main` must not hold for it (no branch name has a ':').
///   Where a pull request does not tell whether it is from a fork, it counts as one.
[[nodiscard]] CiContext read_ci_event(const EnvMap& environment);

/// What `changed` compares with, for changed_files(): the commit that the CI system named, else the
/// target branch of a pull request, else nothing.
[[nodiscard]] std::string comparison_base(const Event& event);

}  // namespace pipectl::git
