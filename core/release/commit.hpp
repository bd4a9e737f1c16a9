#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/release/version.hpp"

namespace pipectl::release {

/// A commit message as Conventional Commits 1.0.0 reads it.
struct Commit {
  std::string type;   ///< in lower case
  std::string scope;  ///< empty where none is given
  std::string description;
  bool breaking{};            ///< by `!` or by a footer
  std::string breaking_note;  ///< what the BREAKING CHANGE footer says; may be empty
  std::optional<Version> release_as;
  std::vector<std::pair<std::string, std::string>> footers;
};

/// Nothing where the first line is neither `type(scope)!: description` nor what git and GitHub
/// write for a revert, which is of the type `revert`: such a commit releases nothing, except by a
/// `Release-As:` footer, for which see `forced_version`.
[[nodiscard]] std::optional<Commit> parse_commit(std::string_view message);

/// The version a `Release-As:` footer of any commit asks for, whatever its first line looks like.
[[nodiscard]] std::optional<Version> forced_version(std::string_view message);

/// How far the commit moves the version: breaking is major, feat minor; fix, perf and revert patch.
[[nodiscard]] Bump bump_of(const Commit& commit);

}  // namespace pipectl::release
