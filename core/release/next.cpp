#include "core/release/next.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/release/commit.hpp"

namespace pipectl::release {
namespace {

std::optional<Version> last_final(const std::vector<Version>& tagged) {
  std::optional<Version> last;
  for (const auto& version : tagged) {
    if (version.prerelease.empty() && (!last || *last < version)) last = version;
  }
  return last;
}

Bump largest_bump(const std::vector<std::string>& messages) {
  auto largest = Bump::none;
  for (const auto& message : messages) {
    if (const auto commit = parse_commit(message)) largest = std::max(largest, bump_of(*commit));
  }
  return largest;
}

std::optional<Version> newest_forced(const std::vector<std::string>& messages) {
  for (const auto& message : messages) {
    if (auto forced = forced_version(message)) return forced;
  }
  return std::nullopt;
}

bool same_line(const Version& one, const Version& other) {
  return one.major == other.major && one.minor == other.minor && one.patch == other.patch;
}

std::string_view word_for(Bump bump) {
  switch (bump) {
    case Bump::major:
      return "major";
    case Bump::minor:
      return "minor";
    case Bump::patch:
      return "patch";
    case Bump::none:
      break;
  }
  return "no change";
}

/// The footer stands among the commits until the next final version. What it asks for is given
/// once; from then on it says which version the pre-releases lead to.
Version asked_for(Version forced, const std::string& channel, const History& history) {
  const bool given = std::ranges::any_of(history.tagged, [&](const Version& version) {
    return same_line(version, forced) && !(version < forced);
  });
  const bool is_here = std::ranges::find(history.here, forced) != history.here.end();
  const bool exactly = channel.empty() || !forced.prerelease.empty();
  if (is_here || (exactly && !given)) return forced;
  if (!channel.empty()) return next_prerelease(std::move(forced), channel, history.tagged);
  forced.prerelease.clear();
  return forced;
}

}  // namespace

Result<std::optional<Version>> next_version(const History& history, const std::string& channel) {
  const auto last = last_final(history.tagged);
  if (auto forced = newest_forced(history.messages)) {
    if (!last || *last < *forced) return asked_for(*std::move(forced), channel, history);
    return fail(
        Fault::usage,
        "Release-As asks for " + forced->text() + ", which does not come after " + last->text(),
        "write a later version into the footer of a new commit");
  }
  const auto bump = largest_bump(history.messages);
  if (bump == Bump::none) return std::nullopt;
  const auto target = last ? bumped(*last, bump) : Version{1, 0, 0, {}, {}};
  if (channel.empty()) return target;
  return next_prerelease(target, channel, history.tagged);
}

std::string why_next(const std::vector<std::string>& messages, const std::string& since) {
  if (newest_forced(messages)) return "asked for by Release-As";
  return fmt::format("{}, from {} commit{} since {}", word_for(largest_bump(messages)),
                     messages.size(), messages.size() == 1 ? "" : "s", since);
}

}  // namespace pipectl::release
