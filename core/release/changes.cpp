#include "core/release/changes.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "core/base/text.hpp"
#include "core/release/commit.hpp"

namespace pipectl::release {
namespace {

constexpr std::array<std::string_view, 6> titles{"Added",   "Changed", "Deprecated",
                                                 "Removed", "Fixed",   "Security"};
constexpr std::size_t digits_shown = 7;

std::string reverted_by(std::string_view message) {
  constexpr std::string_view words = "This reverts commit ";
  const auto at = message.find(words);
  if (at == std::string_view::npos) return {};
  const auto rest = message.substr(at + words.size());
  return std::string(rest.substr(0, rest.find_first_not_of("0123456789abcdef")));
}

std::string_view title_of(const Commit& commit) {
  if (commit.type == "fix") return commit.scope == "security" ? "Security" : "Fixed";
  return commit.type == "feat" ? "Added" : "Changed";
}

std::string without_line_breaks(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::string entry_of(const Commit& commit, const std::string& sha) {
  std::string text;
  if (commit.breaking) text += "**Breaking:** ";
  if (!commit.scope.empty()) text += "**" + commit.scope + ":** ";
  if (commit.type == "revert") text += "reverted: ";
  text += commit.description;
  if (!commit.breaking_note.empty() && commit.breaking_note != commit.description)
    text += ". " + without_line_breaks(commit.breaking_note);
  return text + " (" + sha.substr(0, digits_shown) + ")";
}

/// The value of a `Release-As:` line that stands where a footer may, readable or not.
std::string asked_for(std::string_view message) {
  constexpr std::string_view token = "release-as:";
  for (const auto line : split(message, '\n')) {
    const auto text = trim(line);
    if (text.size() < token.size()) continue;
    const bool same = std::equal(token.begin(), token.end(), text.begin(), [](char a, char b) {
      return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
    });
    if (same) return std::string(trim(text.substr(token.size())));
  }
  return {};
}

/// A line that other tools take for a footer wherever it stands, and this one only where a footer
/// may.
bool says_that_it_breaks(std::string_view message) {
  const auto lines = split(message, '\n');
  return std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    return line.starts_with("BREAKING CHANGE:") || line.starts_with("BREAKING-CHANGE:");
  });
}

}  // namespace

std::vector<Change> without_reverted(std::vector<Change> changes) {
  std::set<std::string> gone;
  // Newest first: what reverts a revert comes before it, and makes it count for nothing.
  for (const auto& change : changes) {
    const std::string wanted = reverted_by(change.message);
    if (wanted.size() < digits_shown || gone.contains(change.sha)) continue;
    const auto found = std::ranges::find_if(
        changes, [&](const Change& other) { return other.sha.starts_with(wanted); });
    if (found != changes.end() && !gone.contains(found->sha)) gone.insert({change.sha, found->sha});
  }
  std::erase_if(changes, [&](const Change& change) { return gone.contains(change.sha); });
  return changes;
}

std::vector<Section> sections_of(const std::vector<Change>& changes) {
  std::vector<Section> sections;
  for (const auto title : titles) {
    Section section{std::string(title), {}};
    std::vector<std::string> others;
    for (const auto& change : changes) {
      const auto commit = parse_commit(change.message);
      if (!commit || bump_of(*commit) == Bump::none || title_of(*commit) != title) continue;
      (commit->breaking ? section.entries : others).push_back(entry_of(*commit, change.sha));
    }
    section.entries.insert(section.entries.end(), others.begin(), others.end());
    if (!section.entries.empty()) sections.push_back(std::move(section));
  }
  return sections;
}

std::string render_sections(const std::vector<Section>& sections) {
  std::string text;
  for (const auto& section : sections) {
    if (!text.empty()) text += '\n';
    text += "### " + section.title + "\n\n";
    for (const auto& entry : section.entries) text += "- " + entry + '\n';
  }
  return text;
}

std::vector<std::string> unreadable_release_as(const std::vector<Change>& changes) {
  std::vector<std::string> warnings;
  for (const auto& change : changes) {
    const std::string asked = asked_for(change.message);
    if (asked.empty() || forced_version(change.message)) continue;
    warnings.push_back("commit " + change.sha.substr(0, digits_shown) +
                       ": 'Release-As: " + printable(asked) +
                       "' is not followed: it is no semantic version, or no footer at the end of "
                       "the message");
  }
  return warnings;
}

std::vector<std::string> unread_breaking(const std::vector<Change>& changes) {
  std::vector<std::string> warnings;
  for (const auto& change : changes) {
    const auto commit = parse_commit(change.message);
    if (!commit || commit->breaking || !says_that_it_breaks(change.message)) continue;
    warnings.push_back(
        "commit " + change.sha.substr(0, digits_shown) +
        ": 'BREAKING CHANGE:' does not count: it is no footer, which begins after "
        "an empty line or another footer; Release-As in a new commit makes it major");
  }
  return warnings;
}

}  // namespace pipectl::release
