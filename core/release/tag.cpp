#include "core/release/tag.hpp"

#include <charconv>

#include "core/base/text.hpp"

namespace pipectl::release {
namespace {

constexpr std::string_view placeholder = "{version}";

/// git-check-ref-format(1), as far as a text around a version can break it.
bool makes_a_name(std::string_view before, std::string_view after) {
  const std::string all = std::string(before) + std::string(after);
  for (const char c : all)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f ||
        std::string_view("~^:?*[\\{}").find(c) != std::string_view::npos)
      return false;
  for (const std::string_view part : {"..", "//", "@{"})
    if (before.find(part) != std::string_view::npos || after.find(part) != std::string_view::npos)
      return false;
  return !before.starts_with('/') && !before.starts_with('-') && !before.starts_with('.') &&
         !after.ends_with('/') && !after.ends_with('.') && !after.ends_with(".lock");
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<TagForm> TagForm::parse(std::string_view text) {
  const auto at = text.find(placeholder);
  if (at == std::string_view::npos) return std::nullopt;
  const auto before = text.substr(0, at);
  const auto after = text.substr(at + placeholder.size());
  if (!makes_a_name(before, after)) return std::nullopt;
  return TagForm(std::string(before), std::string(after));
}

std::string TagForm::tag_of(const std::string& version) const { return before_ + version + after_; }

std::optional<Version> TagForm::version_of(std::string_view tag) const {
  if (tag.size() < before_.size() + after_.size() || !tag.starts_with(before_) ||
      !tag.ends_with(after_))
    return std::nullopt;
  return parse_version(tag.substr(before_.size(), tag.size() - before_.size() - after_.size()));
}

bool Line::holds(const Version& version) const {
  return version.major == major && (!minor || version.minor == *minor);
}

std::optional<Line> line_of(std::string_view branch) {
  auto name = branch.substr(branch.rfind('/') + 1);
  if (name.starts_with('v')) name.remove_prefix(1);
  const auto parts = split(name, '.');
  if (parts.size() < 2 || parts.size() > 3 || parts.back() != "x") return std::nullopt;
  const auto major = number(parts[0]);
  if (!major) return std::nullopt;
  if (parts.size() == 2) return Line{*major, std::nullopt};
  const auto minor = number(parts[1]);
  if (!minor) return std::nullopt;
  return Line{*major, minor};
}

}  // namespace pipectl::release
