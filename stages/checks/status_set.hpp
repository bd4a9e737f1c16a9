#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pipectl::stages {

/// The HTTP statuses that count as healthy: `200`, `200-299`, several of them.
class StatusSet {
 public:
  /// Only 200.
  StatusSet() : ranges_{{200, 200}} {}
  /// Nothing when one of `parts` is no status (100 to 599) and no range of them.
  [[nodiscard]] static std::optional<StatusSet> parse(const std::vector<std::string_view>& parts);
  [[nodiscard]] bool contains(int status) const noexcept;
  [[nodiscard]] std::string text() const;  ///< `200-299 or 304`

 private:
  struct Range {
    int first;
    int last;
  };
  std::vector<Range> ranges_;
};

}  // namespace pipectl::stages
