#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pipectl::release {

/// How far a change moves a version, the smallest first.
enum class Bump { none, patch, minor, major };

/// A version as Semantic Versioning 2.0.0 writes it. Ordered by precedence: build metadata does not
/// count, so two versions may be equivalent and yet be written differently.
struct Version {
  std::uint64_t major{};
  std::uint64_t minor{};
  std::uint64_t patch{};
  std::vector<std::string> prerelease;
  std::string build;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::weak_ordering operator<=>(const Version& other) const;
  [[nodiscard]] bool operator==(const Version& other) const { return std::is_eq(*this <=> other); }
};

/// Nothing where the text is no semantic version; a `v` in front belongs to a tag, not to a
/// version.
[[nodiscard]] std::optional<Version> parse_version(std::string_view text);

/// The version after `last`, which is a final one. `Bump::none` returns it as it is.
[[nodiscard]] Version bumped(const Version& last, Bump bump);

/// The next pre-release of `target` on `channel` ("rc" makes 1.3.0-rc.2 when 1.3.0-rc.1 exists).
[[nodiscard]] Version next_prerelease(Version target, const std::string& channel,
                                      const std::vector<Version>& existing);

}  // namespace pipectl::release
