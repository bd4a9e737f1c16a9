#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/release/changes.hpp"

namespace pipectl::release {

/// What a release adds to a change log.
struct ChangelogEntry {
  std::string version;
  std::string date;               ///< 2026-11-21
  std::vector<Section> sections;  ///< of the commits
  std::string tag;
  std::string previous_tag;   ///< empty: the first release
  std::string compare_url{};  ///< `https://github.com/o/r/compare/`; empty: no links are written
  std::string tag_url{};      ///< `https://github.com/o/r/releases/tag/`
};

/// The change log in the form of Keep a Changelog 1.1.0 with the release's section in it, below
/// `[Unreleased]`, whose own entries move into it and stand first. `text` may be empty: a new file.
/// A text that has a section of this version already comes back as it is, so that it may be done
/// again.
[[nodiscard]] std::string with_release(const std::string& text, const ChangelogEntry& entry);

/// What the change log says of a version, without its heading; empty where it has no such section.
[[nodiscard]] std::string section_of(const std::string& text, const std::string& version);

}  // namespace pipectl::release
