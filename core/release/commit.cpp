#include "core/release/commit.hpp"

#include <algorithm>
#include <regex>

namespace pipectl::release {
namespace {

using Footers = std::vector<std::pair<std::string, std::string>>;

/// A first line is as long as its author likes; std::regex recurses for each character of it.
constexpr std::size_t longest_matched = 1000;

std::string lower(std::string text) {
  for (auto& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> message_lines(std::string_view message) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= message.size();) {
    const auto end = std::min(message.find('\n', at), message.size());
    const auto line = message.substr(at, end - at);
    at = end + 1;
    if (lines.empty() && trimmed(line).empty()) continue;
    lines.emplace_back(trimmed(line));
  }
  return lines;
}

bool is_breaking_token(const std::string& token) {
  return token == "BREAKING CHANGE" || token == "BREAKING-CHANGE";
}

std::optional<std::pair<std::string, std::string>> footer_start(const std::string& line) {
  static const std::regex form{R"(^(BREAKING CHANGE|[A-Za-z][A-Za-z0-9-]*)(: +| (?=#)))"};
  std::smatch match;
  const auto head = line.substr(0, longest_matched);
  if (!std::regex_search(head, match, form)) return std::nullopt;
  return std::pair{match[1].str(), line.substr(static_cast<std::size_t>(match.length(0)))};
}

/// A footer begins after an empty line or after another footer, and goes on until the next one.
Footers footers_of(const std::vector<std::string>& lines) {
  Footers footers;
  bool may_begin = false;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) {
      may_begin = true;
      continue;
    }
    auto begun = may_begin ? footer_start(lines[i]) : std::nullopt;
    if (begun) {
      footers.push_back(*std::move(begun));
    } else if (may_begin && !footers.empty() && !lines[i - 1].empty()) {
      footers.back().second += '\n' + lines[i];
    } else {
      may_begin = false;
    }
  }
  return footers;
}

std::optional<Version> release_as(const Footers& footers) {
  for (const auto& [token, value] : footers) {
    if (lower(token) != "release-as") continue;
    const auto text = trimmed(value);
    return parse_version(text.starts_with('v') ? text.substr(1) : text);
  }
  return std::nullopt;
}

std::optional<Commit> read_header(const std::string& line) {
  static const std::regex form{R"(^([A-Za-z][\w-]*)(\(([^()]+)\))?(!)?: +)"};
  std::smatch match;
  const auto head = line.substr(0, longest_matched);
  if (!std::regex_search(head, match, form)) return std::nullopt;
  Commit commit;
  commit.type = lower(match[1].str());
  commit.scope = match[3].str();
  commit.description = line.substr(static_cast<std::size_t>(match.length(0)));
  commit.breaking = match[4].matched;
  return commit;
}

/// The subjects that git makes by itself: `Revert "feat: x"`, and `Reapply "feat: x"` for what
/// reverts that. GitHub's have the number of the pull request behind them.
std::optional<Commit> read_taking_back(std::string_view line) {
  const bool again = line.starts_with("Reapply \"");
  if (!again && !line.starts_with("Revert \"")) return std::nullopt;
  const auto begin = line.find('"') + 1;
  const auto end = line.rfind('"');
  const auto rest = line.substr(end + 1);
  if (end <= begin || !(rest.empty() || (rest.starts_with(" (#") && rest.ends_with(')'))))
    return std::nullopt;
  const std::string subject(line.substr(begin, end - begin));
  Commit commit;
  commit.type = "revert";
  commit.description = (again ? "Revert \"" + subject + '"' : subject) + std::string(rest);
  return commit;
}

}  // namespace

std::optional<Commit> parse_commit(std::string_view message) {
  const auto lines = message_lines(message);
  if (lines.empty()) return std::nullopt;
  auto commit = read_header(lines.front());
  if (!commit) commit = read_taking_back(lines.front());
  if (!commit || commit->description.empty()) return std::nullopt;
  commit->footers = footers_of(lines);
  commit->release_as = release_as(commit->footers);
  for (const auto& [token, value] : commit->footers) {
    if (!is_breaking_token(token)) continue;
    commit->breaking = true;
    commit->breaking_note = value;
  }
  return commit;
}

std::optional<Version> forced_version(std::string_view message) {
  return release_as(footers_of(message_lines(message)));
}

Bump bump_of(const Commit& commit) {
  if (commit.breaking) return Bump::major;
  if (commit.type == "feat") return Bump::minor;
  const bool patches = commit.type == "fix" || commit.type == "perf" || commit.type == "revert";
  return patches ? Bump::patch : Bump::none;
}

}  // namespace pipectl::release
