#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/git/ci_event.hpp"

/// One reader for each CI system; nothing where its environment is not that system's.
namespace pipectl::git {

[[nodiscard]] std::optional<CiContext> read_github(const EnvMap& environment);
[[nodiscard]] std::optional<CiContext> read_gitlab(const EnvMap& environment);
[[nodiscard]] std::optional<CiContext> read_jenkins(const EnvMap& environment);

/// The variable's value, empty when it is absent.
[[nodiscard]] std::string variable(const EnvMap& environment, std::string_view name);
/// The first of these that is not empty.
[[nodiscard]] std::string first_of(std::string first, std::string second);
/// `text` when it is a full commit id other than the all-zero one ("no commit"), else empty.
[[nodiscard]] std::string commit_or_empty(std::string_view text);
/// A pull request's number: digits only, no sign, no overflow.
[[nodiscard]] std::optional<long> number_or_nothing(std::string_view text);
/// `text` without `prefix`; nothing when it does not begin with it or nothing is left.
[[nodiscard]] std::string after_prefix(std::string_view text, std::string_view prefix);
/// What a fork's branch is called here: `owner:branch`.
[[nodiscard]] std::string fork_branch(std::string_view owner, std::string_view branch);
/// Fills `git` with what the event and the commit tell.
void set_commit(CiContext& context, std::string_view sha);

}  // namespace pipectl::git
