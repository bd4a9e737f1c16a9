#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl::git {

/// Who commits, and when.
struct Person {
  std::string name;
  std::string email;
  std::int64_t seconds{0};  ///< since 1970
};

/// Makes the armoured signature of a text. Empty: nothing is signed.
using Signer = std::function<Result<std::string>(const std::string& text)>;

/// A value of the repository's own configuration, else of the user's. GIT_CONFIG_GLOBAL and its
/// like hold, as they do for git.
[[nodiscard]] Result<std::optional<std::string>> config_value(const std::filesystem::path& root,
                                                              const std::string& name,
                                                              const EnvMap& environment);

/// The same as git reads a boolean: `[tag] gpgSign` without a value is true, so is any number but
/// 0. False where there is none; Fault::usage for what is no boolean.
[[nodiscard]] Result<bool> config_truth(const std::filesystem::path& root, const std::string& name,
                                        const EnvMap& environment);

struct NewCommit {
  std::string parent;
  std::map<std::string, std::string> files;  ///< path from the root, content; the rest stays
  std::string message;
  Person who;
  Signer sign;
};
/// Writes the objects alone: no branch moves, no file changes. Returns the commit.
[[nodiscard]] Result<std::string> write_commit(const std::filesystem::path& root,
                                               const NewCommit& commit, const EnvMap& environment);

/// Moves HEAD (its branch, where it is on one) from the commit's parent to the commit, and brings
/// the files that differ. May be repeated. Fault::step when HEAD is at neither of them, or when
/// somebody changed one of these files meanwhile.
Result<void> advance_head(const std::filesystem::path& root, const std::string& commit,
                          const EnvMap& environment);

struct NewTag {
  std::string name;
  std::string commit;
  std::string message;
  Person who;
  Signer sign;
};
/// An annotated tag. Returns its object. Fault::step when a tag of this name leads to another
/// commit; one that leads to this commit already is left as it is.
[[nodiscard]] Result<std::string> write_tag(const std::filesystem::path& root, const NewTag& tag,
                                            const EnvMap& environment);

}  // namespace pipectl::git
