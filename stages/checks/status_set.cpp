#include "stages/checks/status_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"

namespace pipectl::stages {
namespace {

std::optional<int> parse_one(std::string_view text) {
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return status >= 100 && status <= 599 ? std::optional{status} : std::nullopt;
}

}  // namespace

std::optional<StatusSet> StatusSet::parse(const std::vector<std::string_view>& parts) {
  StatusSet set;
  set.ranges_.clear();
  for (const std::string_view part : parts) {
    const auto dash = part.find('-');
    const auto first = parse_one(trim(part.substr(0, dash)));
    const auto last =
        dash == std::string_view::npos ? first : parse_one(trim(part.substr(dash + 1)));
    if (!first || !last || *first > *last) return std::nullopt;
    set.ranges_.push_back({*first, *last});
  }
  return set.ranges_.empty() ? std::nullopt : std::optional{set};
}

bool StatusSet::contains(int status) const noexcept {
  return std::any_of(ranges_.begin(), ranges_.end(), [status](const Range& range) {
    return range.first <= status && status <= range.last;
  });
}

std::string StatusSet::text() const {
  std::vector<std::string> parts;
  for (const auto& [first, last] : ranges_)
    parts.push_back(first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last));
  return join(parts, " or ");
}

}  // namespace pipectl::stages
