#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/git/tagged_history.hpp"
#include "plugins/release/memory.hpp"
#include "plugins/release/settings.hpp"

namespace pipectl::releasing {

/// Where a release is made.
struct Site {
  std::filesystem::path workspace;
  std::filesystem::path directory;  ///< the stage's working directory
  const EnvMap& environment;        ///< for git's configuration and logins
  const EnvMap& host;               ///< variables of the CI system
  const expr::Scope& scope;
  WallTime now;
};

/// A release, decided in all that depends on this repository alone.
struct Plan {
  git::ReleaseFacts facts;
  std::string branch;  ///< where its commit goes; empty: it is tagged already
  std::string version;
  std::string tag;
  std::string previous_tag;  ///< empty: the first one
  bool prerelease{false};
  bool tagged{false};  ///< the tag is here already: what is left is done
  bool late{false};    ///< HEAD has gone on since the tag: files of the release are HEAD's
  std::string commit;  ///< what gets the tag, where `files` changes nothing
  std::map<std::string, std::string>
      files;               ///< of the release's commit: path from the root, content
  std::string message;     ///< of that commit
  std::string notes;       ///< Markdown
  std::string why;         ///< `minor, from 4 commits since v1.2.0`
  std::string repository;  ///< OWNER/NAME on GitHub, or empty
  std::vector<std::string> warnings;
};

/// No commit calls for a release.
struct Nothing {
  std::string why;
  std::vector<std::string> warnings;
  std::optional<Plan> last;  ///< the release before, if others see it: it may have broken
};

/// Fault::usage for what has to be put right first: no repository, a dirty tree, a branch that does
/// not release, a tag that is taken. Starts nothing and needs no network.
[[nodiscard]] Result<std::variant<Plan, Nothing>> make_plan(const Settings& settings,
                                                            const Site& site, const Memory& memory);

}  // namespace pipectl::releasing
