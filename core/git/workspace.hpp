#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/git/library.hpp"
#include "core/git/refs.hpp"
#include "core/git/tree_check.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::git {

struct Session;

/// A repository with a working tree in an empty folder; `origin` is its remote, when not empty.
[[nodiscard]] Result<lib::Repository> make_repository(const std::filesystem::path& path,
                                                      const std::string& origin);

/// Every branch and tag of `from`: branches become those of `origin`, tags stay tags.
Result<void> take_refs(git_repository* from, git_repository* to);

/// Points HEAD, the branch and the tag where `wanted` says.
Result<void> set_head(git_repository* repository, const Wanted& wanted, const git_oid& commit);

/// Checks every path of the commit, then writes its files. Returns the submodules, whose folders
/// are there and empty.
[[nodiscard]] Result<std::vector<Gitlink>> write_files(git_repository* repository,
                                                       git_commit* commit, Session& session);

/// What read_info would say of it, without looking at the files.
[[nodiscard]] GitInfo info_of(git_repository* repository, git_commit* commit, const Wanted& wanted);

}  // namespace pipectl::git
