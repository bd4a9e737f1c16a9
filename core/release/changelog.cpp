#include "core/release/changelog.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace pipectl::release {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view unreleased = "Unreleased";
constexpr std::string_view preamble =
    "# Changelog\n\nAll notable changes to this project are written down here. The form is that of "
    "[Keep a\nChangelog](https://keepachangelog.com/en/1.1.0/), the versions are those of "
    "[Semantic\n"
    "Versioning](https://semver.org/spec/v2.0.0.html).\n\n## [Unreleased]\n";

Lines lines_of(std::string_view text) {
  Lines lines;
  for (const auto line : split(text, '\n')) {
    const bool dos = line.ends_with('\r');
    lines.emplace_back(dos ? line.substr(0, line.size() - 1) : line);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

/// `1.2.0` of `## [1.2.0] - 2026-11-21` and of `## 1.2.0`, or empty.
std::string heading_of(std::string_view line) {
  if (!line.starts_with("## ")) return {};
  line = trim(line.substr(3));
  if (line.starts_with('[')) return std::string(line.substr(1, line.find(']') - 1));
  return std::string(line.substr(0, line.find(' ')));
}

bool is_link(std::string_view line) {
  return line.starts_with('[') && line.find("]: ") != std::string_view::npos;
}

/// Where the body of a section ends: at the next heading of its level, or at the links.
std::size_t end_of_section(const Lines& lines, std::size_t begin) {
  std::size_t end = begin;
  while (end < lines.size() && heading_of(lines[end]).empty() && !is_link(lines[end])) ++end;
  return end;
}

std::size_t find_heading(const Lines& lines, std::string_view version) {
  const auto found = std::ranges::find_if(
      lines, [&](const std::string& line) { return heading_of(line) == version; });
  return static_cast<std::size_t>(found - lines.begin());
}

Lines trimmed(Lines lines) {
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  while (!lines.empty() && lines.front().empty()) lines.erase(lines.begin());
  return lines;
}

/// What people wrote, and below each heading what the commits tell beside it.
Lines merged(Lines own, const std::vector<Section>& sections) {
  for (const auto& section : sections) {
    const std::string title = "### " + section.title;
    auto at = std::ranges::find(own, title);
    if (at == own.end()) {
      own = trimmed(std::move(own));
      if (!own.empty()) own.emplace_back();
      own.push_back(title);
      own.emplace_back();
      at = own.end();
    } else {
      at = std::find_if(at + 1, own.end(),
                        [](const std::string& line) { return line.starts_with("### "); });
      while (at != own.begin() && std::prev(at)->empty()) --at;
    }
    Lines entries;
    for (const auto& entry : section.entries) entries.push_back("- " + entry);
    own.insert(at, entries.begin(), entries.end());
  }
  return trimmed(std::move(own));
}

void set_link(Lines& lines, const std::string& name, const std::string& url) {
  const std::string start = "[" + name + "]: ";
  const auto found =
      std::ranges::find_if(lines, [&](const std::string& line) { return line.starts_with(start); });
  if (found != lines.end()) {
    *found = start + url;
    return;
  }
  auto first = std::ranges::find_if(lines, is_link);
  if (first == lines.end()) {
    lines.emplace_back();
    first = lines.end();
  } else if (name != unreleased) {
    ++first;  // [Unreleased] stands first
  }
  lines.insert(first, start + url);
}

void add_links(Lines& lines, const ChangelogEntry& entry) {
  if (entry.compare_url.empty()) return;
  set_link(lines, std::string(unreleased), entry.compare_url + entry.tag + "...HEAD");
  set_link(lines, entry.version,
           entry.previous_tag.empty() ? entry.tag_url + entry.tag
                                      : entry.compare_url + entry.previous_tag + "..." + entry.tag);
}

/// Makes room below `[Unreleased]`, which is made where there is none: above the first version.
std::size_t place_of_unreleased(Lines& lines) {
  const std::size_t found = find_heading(lines, unreleased);
  if (found < lines.size()) return found;
  const auto first = std::ranges::find_if(
      lines, [](const std::string& line) { return !heading_of(line).empty() || is_link(line); });
  const auto at = lines.insert(first, {"## [Unreleased]", ""});
  return static_cast<std::size_t>(at - lines.begin());
}

}  // namespace

std::string with_release(const std::string& text, const ChangelogEntry& entry) {
  Lines lines = lines_of(trim(text).empty() ? preamble : std::string_view(text));
  if (find_heading(lines, entry.version) < lines.size()) return text;
  const std::size_t begin = place_of_unreleased(lines) + 1;
  const std::size_t end = end_of_section(lines, begin);
  const auto at = [&](std::size_t i) { return lines.begin() + static_cast<std::ptrdiff_t>(i); };
  Lines added{"", "## [" + entry.version + "] - " + entry.date, ""};
  const Lines body = merged(trimmed(Lines(at(begin), at(end))), entry.sections);
  added.insert(added.end(), body.begin(), body.end());
  if (end < lines.size()) added.emplace_back();
  lines.erase(at(begin), at(end));
  lines.insert(at(begin), added.begin(), added.end());
  add_links(lines, entry);
  const bool dos = text.find("\r\n") != std::string::npos;
  std::string result;
  for (const auto& line : lines) result += line + (dos ? "\r\n" : "\n");
  return result;
}

std::string section_of(const std::string& text, const std::string& version) {
  const Lines lines = lines_of(text);
  const std::size_t heading = find_heading(lines, version);
  if (heading == lines.size()) return {};
  const auto at = [&](std::size_t i) { return lines.begin() + static_cast<std::ptrdiff_t>(i); };
  const Lines body = trimmed(Lines(at(heading + 1), at(end_of_section(lines, heading + 1))));
  return body.empty() ? std::string{} : join(body, "\n") + "\n";
}

}  // namespace pipectl::release
