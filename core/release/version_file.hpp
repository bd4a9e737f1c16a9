#pragma once

#include <string>

#include "core/base/result.hpp"

namespace pipectl::release {

/// How a file is told its version.
enum class FileRule {
  package_json,  ///< `version` of the object, and of a lock file's own package
  pyproject,     ///< `version` of [project] or [tool.poetry]
  cmake,         ///< VERSION of project(): numbers only, so a pre-release leaves them alone
  pattern,       ///< a regular expression whose first group is the version
};

struct VersionFile {
  std::string path;
  FileRule rule{FileRule::pattern};
  std::string pattern{};  ///< ECMAScript, matched line by line
};

/// The rule that goes with a file's name, as long as it has one: package.json, package-lock.json,
/// pyproject.toml, CMakeLists.txt. False where it has none.
[[nodiscard]] bool has_rule(const std::string& path);
[[nodiscard]] FileRule rule_for(const std::string& path);

/// The text with its version replaced, and nothing else changed. Fault::usage where the place is
/// not found, or is not the only one.
[[nodiscard]] Result<std::string> with_version(const std::string& text, const VersionFile& file,
                                               const std::string& version);

/// What is wrong with a pattern, or empty.
[[nodiscard]] std::string pattern_problem(const std::string& pattern);

}  // namespace pipectl::release
