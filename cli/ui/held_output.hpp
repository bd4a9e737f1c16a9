#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pipectl::ui {

/// Output that waits for its turn, bounded: of more than 320 KiB the first 64 and the last 128 to
/// 256 KiB stay.
class HeldOutput {
 public:
  void add(std::string_view text);
  /// Everything held, with a line that says how much is missing; holds nothing afterwards.
  [[nodiscard]] std::string take();

 private:
  std::string head_;
  std::string tail_;
  bool head_full_{false};
  std::uint64_t dropped_{0};
};

}  // namespace pipectl::ui
