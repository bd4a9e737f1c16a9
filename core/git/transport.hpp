#pragma once

#include <git2.h>

namespace pipectl::git {

struct Session;

/// For git_remote_callbacks::transport; `payload` is the Session. libgit2 speaks git's protocol
/// over it, the bytes go over a Wire. Local repositories need none.
/// Whatever fails leaves its error in Session::error.
int open_transport(git_transport** out, git_remote* remote, void* payload);

}  // namespace pipectl::git
