#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/git/address.hpp"

namespace pipectl::git {

/// One reference as a remote lists it.
struct RemoteRef {
  std::string name;    ///< `HEAD`, `refs/heads/main`, …
  std::string id;      ///< commit, or tag object
  std::string target;  ///< of a symbolic one (HEAD), else empty
};

/// What the user's `ref` turned out to be.
struct Wanted {
  std::string ref;          ///< full name of the reference; empty for a commit
  std::string branch;       ///< short, when it is one
  std::string tag;          ///< short, when it is one
  std::string id;           ///< what the remote says it is; for a commit as the user wrote it
  bool abbreviated{false};  ///< `id` is only the beginning of a commit's id
};

/// Finds `ref` (empty: HEAD) among what a remote has: a branch before a tag, then the name as
/// written, then a commit. An error suggests the nearest names.
[[nodiscard]] Result<Wanted> find_ref(const std::vector<RemoteRef>& refs, const std::string& ref,
                                      const Address& address);

/// For a commit that is nowhere in the repository, and an abbreviation of none.
[[nodiscard]] Error no_such_commit(const std::string& ref, const Address& address);

}  // namespace pipectl::git
