#pragma once

#include <string>
#include <vector>

#include "core/git/library.hpp"
#include "core/git/refs.hpp"
#include "core/git/session.hpp"

namespace pipectl::git {

/// A connection to the session's server, bound to the repository that is fetched into, or pushed
/// from.
class RemoteRepository {
 public:
  /// The session must outlive it, and `into` too.
  [[nodiscard]] static Result<RemoteRepository> connect(Session& session, git_repository* into);

  [[nodiscard]] const std::vector<RemoteRef>& refs() const noexcept { return refs_; }
  /// Whether the server hands out a commit that is not the tip of something.
  [[nodiscard]] bool serves_commits() const noexcept { return serves_commits_; }

  /// Fetches by these refspecs. `depth` 0: everything. References of `into` that a pattern
  /// covers and the remote no longer has are removed.
  Result<void> fetch(const std::vector<std::string>& refspecs, unsigned depth);
  /// Sends by these refspecs. Fault::step when the remote refuses one of them.
  Result<void> push(const std::vector<std::string>& refspecs);

 private:
  RemoteRepository(Session& session, lib::Remote remote)
      : session_(&session), remote_(std::move(remote)) {}
  Result<void> list();
  Result<void> update_references(const std::vector<std::string>& refspecs);

  Session* session_;
  lib::Remote remote_;
  std::vector<RemoteRef> refs_;
  bool serves_commits_{false};
};

/// True when the failure was the server's or the network's, not that of files here.
[[nodiscard]] bool is_remote_failure(const Session& session);

}  // namespace pipectl::git
