#pragma once

#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/git/library.hpp"

namespace pipectl::git {

/// A submodule as the tree names it.
struct Gitlink {
  std::string path;
  git_oid commit{};
};

/// Looks at every entry of a tree before one is written. Refuses (naming the path) whatever could
/// end up outside of the checkout, inside its .git, or on top of another entry; paths that no
/// system takes; and trees so large that only somebody who wants to fill a disk makes them. Trees
/// that occur more than once are looked at once, so a "git bomb" is seen without being unfolded.
/// Returns the submodules, in the order of their paths.
[[nodiscard]] Result<std::vector<Gitlink>> check_tree(git_repository* repository, git_tree* tree,
                                                      const CancelToken& cancel);

}  // namespace pipectl::git
