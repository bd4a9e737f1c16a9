#pragma once

#include <filesystem>

#include "core/git/library.hpp"
#include "core/git/refs.hpp"
#include "core/git/session.hpp"

/// From an address to a repository that holds the wanted commit, without files yet.
namespace pipectl::git {

struct Filled {
  lib::Repository repository;
  lib::Commit commit;
  Wanted wanted;
};

/// Makes the repository in the empty `folder` from the one at this local path. `origin` becomes its
/// remote. Depth does not matter: objects are linked, not transferred.
[[nodiscard]] Result<Filled> fill_from_local(Session& session, const std::filesystem::path& folder,
                                             const std::string& origin);

/// Makes it from the session's server, without a mirror: the store is inside `folder` for a while.
[[nodiscard]] Result<Filled> fill_from_remote(Session& session,
                                              const std::filesystem::path& folder);

/// Fetches into `store` what is needed for the wanted commit. Nothing when the server would have to
/// be asked for the whole history although `depth` is not 0.
[[nodiscard]] Result<std::optional<Wanted>> fetch_wanted(Session& session, git_repository* store,
                                                         unsigned depth);

/// Makes it in `folder` from a store that holds the wanted commit.
[[nodiscard]] Result<Filled> fill_from_store(Session& session, const std::filesystem::path& folder,
                                             git_repository* store, Wanted wanted, unsigned depth);

}  // namespace pipectl::git
