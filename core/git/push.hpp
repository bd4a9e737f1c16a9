#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/git/refs.hpp"

namespace pipectl::git {

/// A remote of a repository, as one who writes to it. Logins, trust and proxies are those of
/// `checkout` (core/git/checkout.hpp); `http.extraHeader` of the repository's own configuration
/// counts, too: CI systems put the token of the job there.
struct RemoteEnd {
  std::filesystem::path root;  ///< of the repository here
  std::string remote{"origin"};
  std::string secret;  ///< value of a token, password or key, or empty
  EnvMap environment;
  Milliseconds silence{60'000};
};

/// The references that the remote has; needs the right to push.
[[nodiscard]] Result<std::vector<RemoteRef>> list_remote(const RemoteEnd& end,
                                                         const CancelToken& cancel);

/// Pushes by these refspecs (`SOURCE:refs/heads/main`, never forced). Fault::step when the remote
/// refuses one of them: it has moved, it is protected, a hook of its says no.
Result<void> push(const RemoteEnd& end, const std::vector<std::string>& refspecs,
                  const CancelToken& cancel);

}  // namespace pipectl::git
