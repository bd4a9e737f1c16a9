#pragma once

#include <filesystem>

#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/git/library.hpp"
#include "core/model/run_info.hpp"

/// What the parts of core/git share about a local repository.
namespace pipectl::git {

/// The repository of this working tree; GIT_DIR of `environment` where it has no `.git`.
[[nodiscard]] Result<lib::Repository> open_at(const std::filesystem::path& root,
                                              const EnvMap& environment);

/// The commit of HEAD; null in a repository without commits.
[[nodiscard]] Result<lib::Commit> head_commit(git_repository* repository);

/// Old commits may hold Latin-1, whether they say so or not.
[[nodiscard]] std::string as_utf8(std::string text);

/// URL of its `origin`, credentials removed; empty when it has none.
[[nodiscard]] Result<std::string> origin_of(const std::filesystem::path& repository);

/// Everything of GitInfo that the commit itself tells: not `branch`, not `dirty`.
[[nodiscard]] GitInfo describe(git_repository* repository, git_commit* commit);

}  // namespace pipectl::git
