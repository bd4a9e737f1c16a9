#pragma once

#include <filesystem>
#include <string>

#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl::git {

/// The commit that was proposed, where `sha` is a merge that Jenkins made of it and its
/// target, which no server knows; else empty. `change` is what the job calls it (`PR-12`): the
/// branch that was fetched under that name is the proposed commit. Without such a branch it is the
/// first parent: the target is merged into what was proposed.
[[nodiscard]] Result<std::string> head_of_change(const std::filesystem::path& root,
                                                 const std::string& sha, const std::string& change,
                                                 const EnvMap& environment);

}  // namespace pipectl::git
