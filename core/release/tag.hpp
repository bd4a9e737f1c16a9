#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/release/version.hpp"

namespace pipectl::release {

/// How a repository names its tags: a text with `{version}` in it, such as `v{version}`.
class TagForm {
 public:
  /// Nothing where the text does not hold `{version}` exactly once, or makes no name of a tag.
  [[nodiscard]] static std::optional<TagForm> parse(std::string_view text);
  [[nodiscard]] std::string tag_of(const std::string& version) const;
  /// The version that a tag of this form names; nothing for other tags.
  [[nodiscard]] std::optional<Version> version_of(std::string_view tag) const;

 private:
  TagForm(std::string before, std::string after)
      : before_(std::move(before)), after_(std::move(after)) {}
  std::string before_;
  std::string after_;
};

/// A maintenance branch: `1.x` makes versions of 1, `1.4.x` patches of 1.4. Also below a folder
/// (`release/1.x`) and with a `v` in front.
struct Line {
  std::uint64_t major{};
  std::optional<std::uint64_t> minor;
  [[nodiscard]] bool holds(const Version& version) const;
};
[[nodiscard]] std::optional<Line> line_of(std::string_view branch);

}  // namespace pipectl::release
