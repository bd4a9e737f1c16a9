#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace pipectl {

/// How often each of many hashes was counted before. One flat table: with a node for each hash, as
/// std::unordered_map has, counting the findings of a large report costs a tenth of reading it.
class HashCounts {
 public:
  /// Of more than this only those that are known already are counted.
  static constexpr std::size_t most = 100'000;

  /// Counts it once more, and tells how often it was counted before; nothing when there are too
  /// many.
  std::optional<std::uint32_t> count(std::size_t hash);

 private:
  struct Slot {
    std::size_t hash{0};
    std::uint32_t count{0};  ///< 0: free
  };
  [[nodiscard]] static Slot& slot_of(std::size_t hash, std::vector<Slot>& slots);
  void grow();

  std::vector<Slot> slots_;  ///< a power of 2 of them, never full
  std::size_t used_{0};
};

}  // namespace pipectl
