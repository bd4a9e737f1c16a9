#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/env.hpp"
#include "core/git/address.hpp"

namespace pipectl::git {

/// What the user told git about remotes: the system-wide file, $XDG_CONFIG_HOME/git/config,
/// ~/.gitconfig (or GIT_CONFIG_SYSTEM, GIT_CONFIG_GLOBAL), includes resolved, and last
/// GIT_CONFIG_COUNT with its KEY and VALUE variables. Never a repository's own file: what comes
/// with a checkout decides nothing about logins, proxies or trust. A file that cannot be parsed
/// counts as empty.
class UserConfig {
 public:
  [[nodiscard]] static UserConfig load(const EnvMap& environment);

  /// `url.<base>.insteadOf`: the longest prefix wins.
  [[nodiscard]] std::string rewrite(const std::string& url) const;
  /// A value by its name (`user.email`): of all files, or of the variables alone, which win over a
  /// repository's own file. The last one holds.
  enum class Part { all, variables };
  [[nodiscard]] std::optional<std::string> value(const std::string& name,
                                                 Part part = Part::all) const;
  /// `http.<url>.<name>` for the longest <url> that this address lies under, else `http.<name>`.
  /// Empty when there is none.
  [[nodiscard]] std::string http(const Address& address, std::string_view name) const;
  /// Every value of `http.<url>.extraHeader` and `http.extraHeader` that holds; an empty one
  /// resets.
  [[nodiscard]] std::vector<std::string> http_headers(const Address& address) const;

 private:
  std::vector<std::pair<std::string, std::string>> entries_;  ///< names as git normalises them
  std::size_t of_files_{0};  ///< how many of them come from files; those of variables follow
};

}  // namespace pipectl::git
