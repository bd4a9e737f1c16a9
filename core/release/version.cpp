#include "core/release/version.hpp"

#include <algorithm>
#include <charconv>

namespace pipectl::release {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_identifier_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

bool is_numeric(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool has_leading_zero(std::string_view text) { return text.size() > 1 && text.front() == '0'; }

std::vector<std::string> split_dots(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0;;) {
    const auto dot = text.find('.', at);
    parts.emplace_back(text.substr(at, dot - at));
    if (dot == std::string_view::npos) return parts;
    at = dot + 1;
  }
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (!is_numeric(text) || has_leading_zero(text)) return std::nullopt;
  std::uint64_t value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

bool is_identifier(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_identifier_char);
}

bool is_prerelease_identifier(const std::string& text) {
  return is_identifier(text) && !(is_numeric(text) && has_leading_zero(text));
}

/// Numbers of any length: without leading zeros the longer one is the larger.
std::weak_ordering compare_identifiers(const std::string& left, const std::string& right) {
  const bool left_number = is_numeric(left);
  const bool right_number = is_numeric(right);
  if (left_number != right_number) {
    return left_number ? std::weak_ordering::less : std::weak_ordering::greater;
  }
  if (left_number && left.size() != right.size()) return left.size() <=> right.size();
  return left.compare(right) <=> 0;
}

std::weak_ordering compare_prereleases(const std::vector<std::string>& left,
                                       const std::vector<std::string>& right) {
  // A final version comes after all of its pre-releases.
  if (left.empty() || right.empty()) return left.empty() <=> right.empty();
  const auto common = std::min(left.size(), right.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (const auto order = compare_identifiers(left[i], right[i]); std::is_neq(order)) return order;
  }
  return left.size() <=> right.size();
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : ".") + part;
  return text;
}

}  // namespace

std::string Version::text() const {
  auto text = std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
  if (!prerelease.empty()) text += '-' + joined(prerelease);
  if (!build.empty()) text += '+' + build;
  return text;
}

std::weak_ordering Version::operator<=>(const Version& other) const {
  if (const auto order = major <=> other.major; std::is_neq(order)) return order;
  if (const auto order = minor <=> other.minor; std::is_neq(order)) return order;
  if (const auto order = patch <=> other.patch; std::is_neq(order)) return order;
  return compare_prereleases(prerelease, other.prerelease);
}

std::optional<Version> parse_version(std::string_view text) {
  Version version;
  if (const auto plus = text.find('+'); plus != std::string_view::npos) {
    version.build = text.substr(plus + 1);
    text = text.substr(0, plus);
    const auto parts = split_dots(version.build);
    if (!std::all_of(parts.begin(), parts.end(), is_identifier)) return std::nullopt;
  }
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    version.prerelease = split_dots(text.substr(dash + 1));
    text = text.substr(0, dash);
    const auto& parts = version.prerelease;
    if (!std::all_of(parts.begin(), parts.end(), is_prerelease_identifier)) return std::nullopt;
  }
  const auto numbers = split_dots(text);
  if (numbers.size() != 3) return std::nullopt;
  const auto major = parse_number(numbers[0]);
  const auto minor = parse_number(numbers[1]);
  const auto patch = parse_number(numbers[2]);
  if (!major || !minor || !patch) return std::nullopt;
  version.major = *major;
  version.minor = *minor;
  version.patch = *patch;
  return version;
}

Version bumped(const Version& last, Bump bump) {
  switch (bump) {
    case Bump::none:
      return last;
    case Bump::patch:
      return {last.major, last.minor, last.patch + 1, {}, {}};
    case Bump::minor:
      return {last.major, last.minor + 1, 0, {}, {}};
    case Bump::major:
      return {last.major + 1, 0, 0, {}, {}};
  }
  return last;
}

Version next_prerelease(Version target, const std::string& channel,
                        const std::vector<Version>& existing) {
  std::uint64_t highest = 0;
  for (const auto& version : existing) {
    const bool same = version.major == target.major && version.minor == target.minor &&
                      version.patch == target.patch && version.prerelease.size() == 2 &&
                      version.prerelease[0] == channel;
    if (!same) continue;
    highest = std::max(highest, parse_number(version.prerelease[1]).value_or(0));
  }
  target.prerelease = {channel, std::to_string(highest + 1)};
  target.build.clear();
  return target;
}

}  // namespace pipectl::release
