#pragma once

#include <filesystem>

#include "core/base/cancel.hpp"
#include "core/git/library.hpp"

namespace pipectl::git {

/// Makes every object of `from` available in `to`, for good: files are hard-linked, or copied where
/// the file systems differ. Git never changes an object file, only removes it, so both go their own
/// ways afterwards. Where `from` borrows objects from others (alternates), so does `to`. A shallow
/// repository stays one. Links in the object folder are not followed.
Result<void> link_objects(git_repository* from, git_repository* to, const CancelToken& cancel);

/// How many packs a repository has.
[[nodiscard]] std::size_t count_packs(git_repository* repository);

/// Removes what interrupted fetches left beside the packs.
void remove_leftovers(git_repository* repository);

}  // namespace pipectl::git
