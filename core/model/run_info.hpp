#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/pipeline.hpp"

namespace pipectl {

/// What `git.*` reads. All empty without a repository.
struct GitInfo {
  std::string sha;
  std::string short_sha;
  std::string branch;   ///< empty on a detached head outside CI
  std::string tag;      ///< a tag that points at sha, or the tag of the event
  std::string author;   ///< `Name <mail>`
  std::string message;  ///< whole commit message
  std::string remote;   ///< URL of `origin`, credentials removed
  bool dirty{false};
};

/// What made this run start.
struct Event {
  EventKind kind{EventKind::manual};
  std::string branch;         ///< pushed branch, or the pull request's source branch
  std::string target_branch;  ///< of a pull request
  std::string tag;
  std::string base_sha;        ///< what `changed` compares with, where the CI system tells it
  std::optional<long> number;  ///< of the pull request
  bool from_fork{false};
  std::string ci;          ///< `github`, `gitlab`, `jenkins`, or empty
  std::string head_sha{};  ///< of a pull request whose git.sha is a merge made for it
};

}  // namespace pipectl
