#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::git {

struct Progress {
  std::string phase;  ///< `connecting`, `receiving objects`, `resolving deltas`, `checking out`
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
  /// A server that says nothing for this long is given up; so is a connection that is not made.
  Milliseconds silence{60'000};
};

/// Clones (or fetches into the cached bare mirror, then clones from it) and checks out one commit.
/// On any error, also a cancelled transfer, nothing is left at `destination` and the mirror is as
/// it was (or holds what was fetched whole, when it is the content that is refused). Wrong host
/// key, wrong password, missing ref and paths that leave the destination each have a message of
/// their own. No message, and no file that is written, holds a credential.
///
/// **What is there afterwards** is a git repository of its own: HEAD on the branch, detached for a
/// tag or commit; `origin` with the URL without credentials. It does not need the mirror: objects
/// are hard-linked from it, or copied where the file system does not link.
///
/// **ref.** A branch before a tag of the same name, then `refs/…` as written, then a commit. A
/// commit need not be the tip of anything. Nothing found: the nearest names of the remote.
///
/// **depth** fetches one branch or tag only, without other branches and tags, as `git clone
/// --depth` does. Without it all branches and tags come, as with `git clone`. A commit of which the
/// server gives no shallow history (a short one, or `uploadpack.allowReachableSHA1InWant` is off)
/// is fetched whole; a local path always is: there, depth would save nothing.
///
/// **Mirrors** are keyed by the URL and depth and locked while they are fetched into. One that
/// cannot be read, or has grown to many packs, is made anew.
///
/// **Logins.** https and http: the secret as password (user from the URL, else the name that the
/// host wants for tokens), else what the URL holds, ~/.netrc, and the user's credential helpers
/// (`git credential fill`, where git is installed; it never asks). The secret goes to the URL's own
/// host only, never to a submodule's or a redirect's other host, never over plain http except to
/// this machine. ssh: a secret that is a private key is handed to `ssh` without touching the disk;
/// else agent, key files and ~/.ssh/config as `ssh` has them.
///
/// **Trust.** TLS is always verified: http.sslCAInfo, GIT_SSL_CAINFO, GIT_SSL_CAPATH,
/// SSL_CERT_FILE, SSL_CERT_DIR, else the system's. ssh host keys must be in known_hosts; nothing is
/// added to it.
///
/// **Proxies** for https and http: http.proxy of the user's git configuration, else http_proxy,
/// https_proxy, all_proxy, no_proxy.
///
/// **Hostile content.** Before anything is written every path of the tree is checked: no `..`, no
/// `.git` in any spelling, no name twice, no path longer than the system takes, not more than ten
/// million files. Links are made as links, never followed.
///
/// **Submodules** are checked out recursively by the commit that the tree names, with the same
/// checks. Their URLs may be relative; local paths only where the main repository is local too.
/// LFS pointers stay pointers.
[[nodiscard]] Result<GitInfo> checkout(const CheckoutRequest& request,
                                       const std::function<void(const Progress&)>& progress,
                                       const CancelToken& cancel);

/// Exports HEAD (or `ref`) of a local repository into `destination`, without touching its tree.
/// What is there afterwards is as after `checkout`, tags included. Submodules stay empty folders,
/// LFS pointers pointers: what they stand for is not in this repository.
[[nodiscard]] Result<GitInfo> export_commit(const std::filesystem::path& repository,
                                            const std::string& ref,
                                            const std::filesystem::path& destination,
                                            const CancelToken& cancel);

}  // namespace pipectl::git
