#pragma once

#include <set>
#include <string>

#include "core/git/library.hpp"

namespace pipectl::git {

/// The commits at which a shallow repository's history ends; empty for a whole one.
[[nodiscard]] std::set<std::string> shallow_roots(git_repository* repository);

/// After a fetch: libgit2 1.8 keeps only the ends that the fetch brought. Makes them what they are:
/// the commits of both lists of which a parent is not there. Too few, and git could not walk the
/// history; too many, and an earlier fetch of less would cut a later one short.
Result<void> mend_shallow_roots(git_repository* repository, const std::set<std::string>& before);

}  // namespace pipectl::git
