#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl::git {

struct TagFact {
  std::string name;
  std::string object;     ///< what the reference holds: a tag object or the commit
  std::string commit;     ///< what it leads to
  bool reachable{false};  ///< an ancestor of HEAD, or HEAD itself
};

struct CommitFact {
  std::string sha;
  std::string message;  ///< whole, in UTF-8
};

/// What a release is decided from.
struct ReleaseFacts {
  std::filesystem::path root;  ///< of the working tree, links resolved
  std::string head;            ///< empty: no commit yet
  std::string branch;          ///< empty on a detached HEAD
  std::string remote;          ///< URL of the remote, credentials removed; empty: there is none
  bool shallow{false};         ///< the history ends somewhere
  std::vector<TagFact> tags;   ///< those that lead to a commit
  std::vector<std::string> changed;    ///< tracked files that are not as in HEAD
  std::vector<std::string> untracked;  ///< new files that are not ignored
};

/// Of the repository around `folder`. Needs no network and changes nothing. Fault::usage where
/// there is no repository.
[[nodiscard]] Result<ReleaseFacts> read_release_facts(const std::filesystem::path& folder,
                                                      const std::string& remote,
                                                      const EnvMap& environment);

/// Commits of a history.
struct CommitRange {
  std::string to;                    ///< this one and what it descends from
  std::vector<std::string> without;  ///< but not these, nor what they descend from
  std::vector<std::string> paths;    ///< only those that change one of these; none: all
};
/// Newest first. A merge counts for the paths that differ from all of its parents.
[[nodiscard]] Result<std::vector<CommitFact>> commits_in(const std::filesystem::path& root,
                                                         const CommitRange& range,
                                                         const EnvMap& environment);

/// Content of a file as it is in a commit; nothing where it has none.
[[nodiscard]] Result<std::optional<std::string>> file_at(const std::filesystem::path& root,
                                                         const std::string& commit,
                                                         const std::string& path,
                                                         const EnvMap& environment);

/// A commit, or with `up` that many generations before it, always the first parent. Nothing where
/// the history does not go back so far.
[[nodiscard]] Result<std::optional<CommitFact>> commit_before(const std::filesystem::path& root,
                                                              const std::string& commit,
                                                              unsigned up,
                                                              const EnvMap& environment);

/// The text of an annotated tag, with the signature at its end; empty where `object` is none.
[[nodiscard]] Result<std::string> tag_text(const std::filesystem::path& root,
                                           const std::string& object, const EnvMap& environment);

/// Whether one commit is the other, or an ancestor of it. False where one of them is not there.
[[nodiscard]] Result<bool> leads_to(const std::filesystem::path& root, const std::string& ancestor,
                                    const std::string& commit, const EnvMap& environment);

}  // namespace pipectl::git
