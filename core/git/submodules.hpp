#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/git/library.hpp"
#include "core/git/session.hpp"

namespace pipectl::git {

struct Submodule {
  std::string name;
  std::string url;  ///< as written: may be relative
};

/// What the commit's .gitmodules says, by path. Read from the commit, without following `include`s.
[[nodiscard]] Result<std::map<std::string, Submodule>> read_gitmodules(git_repository* repository,
                                                                       git_commit* commit);

/// Where a submodule of this repository is fetched from. Refused: local paths below a repository
/// that came over a network (git refuses them, too: a repository must not make somebody copy files
/// of theirs into it).
[[nodiscard]] Result<Address> submodule_address(git_repository* parent, const Session& session,
                                                const std::string& url);

/// Marks it as initialised for the git commands of a stage.
Result<void> register_submodule(git_repository* parent, const Submodule& submodule,
                                const std::string& url);

}  // namespace pipectl::git
