#pragma once

#include <string>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/git/address.hpp"

/// The wording of what can go wrong with a server, in one place. None holds a credential.
namespace pipectl::git {

[[nodiscard]] Error unreachable(const Address& address, const std::string& why);
[[nodiscard]] Error silent(const Address& address, Milliseconds silence);
[[nodiscard]] Error cut_off(const Address& address, const std::string& detail = {});
[[nodiscard]] Error not_found(const Address& address, const std::string& detail = {});
[[nodiscard]] Error cancelled();
/// A failure of files here: a full disk has a wording of its own.
[[nodiscard]] Error local_failure(const std::string& what, const std::string& why);

}  // namespace pipectl::git
