#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl::git {

enum class Scheme { https, http, ssh, git, local };

/// Where a repository is, taken apart. Holds the credentials that the URL held.
struct Address {
  Scheme scheme{Scheme::local};
  std::string user;
  std::string password;
  std::string host;  ///< an IPv6 address without brackets
  std::string port;  ///< empty: the scheme's own
  std::string path;  ///< as written for https and http, decoded for the others

  /// The URL without credentials: for messages, for `origin` of the checkout, for libgit2.
  [[nodiscard]] std::string url() const;
  /// Scheme, host and port: a secret goes to one origin only.
  [[nodiscard]] std::string origin() const;
};

/// https://, http://, ssh:// (also git+ssh), git://, file://, `user@host:path` and plain paths.
/// Fault::usage for everything else, for control characters, and for a host or path that a program
/// could take for an option.
[[nodiscard]] Result<Address> parse_address(const std::string& url);

}  // namespace pipectl::git
