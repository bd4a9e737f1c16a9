#pragma once

#include <string>

#include "core/base/result.hpp"
#include "core/git/address.hpp"

namespace pipectl::git {

/// What `ssh` (or the git at its other end) meant by what it wrote to standard error before it hung
/// up. OpenSSH's messages are not translated. `with_key`: the login was by a granted secret.
[[nodiscard]] Error ssh_error(const Address& address, const std::string& errors, bool with_key);

}  // namespace pipectl::git
