#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::git {

/// Root of the working tree that holds `start`, or nothing. Needs no libgit2.
[[nodiscard]] std::optional<std::filesystem::path> find_root(const std::filesystem::path& start);

/// Reads HEAD of the repository at `root`. A repository without commits gives empty values.
[[nodiscard]] Result<GitInfo> read_info(const std::filesystem::path& root);

/// Paths (relative to the root, '/' separated) that differ between `base` and the working tree
/// (tracked changes, new files too). Empty `base`: the merge base with the branch's upstream or the
/// default branch, else the parent of HEAD. Nothing in a repository without commits.
[[nodiscard]] Result<std::vector<std::string>> changed_files(const std::filesystem::path& root,
                                                             const std::string& base);

}  // namespace pipectl::git
