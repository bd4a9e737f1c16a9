#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::git {

/// Root of the working tree that holds `start`, links resolved, or nothing: the nearest folder
/// upwards with a `.git` directory, or with the `.git` file of a linked worktree or submodule.
/// GIT_WORK_TREE of `environment` wins when `start` lies in it. Needs no libgit2.
[[nodiscard]] std::optional<std::filesystem::path> find_root(const std::filesystem::path& start,
                                                             const EnvMap& environment = {});

/// Reads HEAD of the repository at `root`, whoever owns it. A repository without commits gives
/// empty values. `short_sha` is always the first 7 digits, so that a name made from it is the same
/// in a full and in a shallow clone. `tag`: annotated before lightweight, then the newest.
/// `dirty`: tracked files changed, or new files that are not ignored.
/// `environment`: GIT_DIR is used where `root` has no `.git` of its own.
[[nodiscard]] Result<GitInfo> read_info(const std::filesystem::path& root,
                                        const EnvMap& environment = {});

/// Paths (relative to the root, '/' separated, sorted) that differ between `base` and the working
/// tree (tracked changes, new files too; a rename gives both names).
///
/// A `base` (commit, branch or tag; a branch may exist at `origin` only) stands for the commit
/// where it and HEAD parted, as CI systems count a pull request's changes; for itself where they
/// share no history. Empty, or all zeros: the merge base with the branch's upstream or the default
/// branch; where that is HEAD itself, the parent of HEAD. Nothing in a repository without commits;
/// everything where HEAD has no parent.
///
/// An unknown `base`, and a shallow clone that ends before it, is an error whose hint says how to
/// get the history.
[[nodiscard]] Result<std::vector<std::string>> changed_files(const std::filesystem::path& root,
                                                             const std::string& base,
                                                             const EnvMap& environment = {});

}  // namespace pipectl::git
