#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::git {

struct Progress {
  std::string phase;  ///< `receiving objects`, `checking out`, …
  std::size_t done{0};
  std::size_t total{0};
  std::uint64_t bytes{0};
};

struct CheckoutRequest {
  std::string url;  ///< https, http, ssh, scp-like, git://, file path
  std::string ref;  ///< branch, tag, full or short commit; empty: remote HEAD
  std::optional<unsigned> depth;
  bool submodules{false};
  std::filesystem::path destination;  ///< made; must be absent or empty
  std::filesystem::path mirror_dir;   ///< bare mirrors live below it; empty: no mirror
  std::string secret;                 ///< value of a token, password or key, or empty
  EnvMap environment;                 ///< HOME, SSH_AUTH_SOCK, GIT_SSL_CAINFO, …
};

/// Clones (or fetches into the cached bare mirror, then clones from it) and checks out one commit.
/// On any error, also a cancelled transfer, nothing is left at `destination` and the mirror is as
/// it was. Wrong host key, wrong password, missing ref and paths that leave the destination each
/// have a message of their own.
[[nodiscard]] Result<GitInfo> checkout(const CheckoutRequest& request,
                                       const std::function<void(const Progress&)>& progress,
                                       const CancelToken& cancel);

/// Exports HEAD (or `ref`) of a local repository into `destination`, without touching its tree.
[[nodiscard]] Result<GitInfo> export_commit(const std::filesystem::path& repository,
                                            const std::string& ref,
                                            const std::filesystem::path& destination,
                                            const CancelToken& cancel);

}  // namespace pipectl::git
