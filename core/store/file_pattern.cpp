#include "core/store/file_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/base/text.hpp"

namespace pipectl::store {
namespace {

constexpr std::string_view special = "*?[{\\";

/// Without `./` and empty parts, or nothing when it is absolute or goes up.
std::optional<std::string> normalised(std::string_view text) {
  if (text.starts_with('/')) return std::nullopt;
  std::string path;
  for (const std::string_view part : split(text, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return std::nullopt;
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

std::string base_of(const std::string& pattern) {
  const std::size_t first = pattern.find_first_of(special);
  if (first == std::string::npos) return pattern;
  const std::size_t slash = pattern.rfind('/', first);
  return slash == std::string::npos ? std::string() : pattern.substr(0, slash);
}

std::size_t depth_of(std::string_view pattern, const std::string& base) {
  // Alternatives may hold slashes, and ** crosses them.
  if (pattern.find("**") != std::string_view::npos || pattern.find('{') != std::string_view::npos)
    return std::numeric_limits<std::size_t>::max();
  const auto slashes = static_cast<std::size_t>(std::ranges::count(pattern, '/'));
  const auto above = static_cast<std::size_t>(std::ranges::count(base, '/'));
  return slashes - above + (base.empty() ? 1U : 0U);
}

}  // namespace

FilePattern::FilePattern(const std::string& pattern, bool excludes)
    : excludes_(excludes),
      literal_(pattern.find_first_of(special) == std::string::npos),
      base_(base_of(pattern)),
      depth_(depth_of(pattern, base_)),
      glob_(pattern.empty() ? "**" : pattern),
      below_(pattern.empty() ? "**" : pattern + "/**") {}

Result<FilePattern> FilePattern::parse(std::string_view text) {
  const bool excludes = text.starts_with('!');
  std::string_view rest = excludes ? text.substr(1) : text;
  if (trim(rest).empty()) return fail(Fault::usage, "an empty file pattern");
  const auto path = normalised(rest);
  if (path) return FilePattern(*path, excludes);
  return fail(Fault::usage, fmt::format("the pattern '{}' leaves its folder", printable(text)),
              "give a path below the working directory, without '..'");
}

bool FilePattern::covers(std::string_view path) const {
  return glob_.matches(path) || below_.matches(path);
}

bool any_covers(const std::vector<FilePattern>& patterns, std::string_view path) {
  const auto asked_by = [&](bool excludes) {
    return std::ranges::any_of(patterns, [&](const FilePattern& pattern) {
      return pattern.excludes() == excludes && pattern.covers(path);
    });
  };
  return asked_by(false) && !asked_by(true);
}

Result<std::vector<FilePattern>> parse_patterns(const std::vector<std::string>& patterns) {
  std::vector<FilePattern> parsed;
  for (const std::string& pattern : patterns) {
    FilePattern one = TRY(FilePattern::parse(pattern));
    parsed.push_back(std::move(one));
  }
  return parsed;
}

}  // namespace pipectl::store
