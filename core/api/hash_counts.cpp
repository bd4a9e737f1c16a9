#include "core/api/hash_counts.hpp"

#include <algorithm>

namespace pipectl {

/// Where it stands, or the free slot where it belongs.
HashCounts::Slot& HashCounts::slot_of(std::size_t hash, std::vector<Slot>& slots) {
  const std::size_t last = slots.size() - 1;
  std::size_t at = hash & last;
  while (slots[at].count != 0 && slots[at].hash != hash) at = (at + 1) & last;
  return slots[at];
}

void HashCounts::grow() {
  constexpr std::size_t at_first = 64;
  std::vector<Slot> larger(std::max(at_first, slots_.size() * 2));
  for (const Slot& slot : slots_)
    if (slot.count != 0) slot_of(slot.hash, larger) = slot;
  slots_ = std::move(larger);
}

std::optional<std::uint32_t> HashCounts::count(std::size_t hash) {
  if (used_ >= slots_.size() / 8 * 7) grow();
  Slot& slot = slot_of(hash, slots_);
  if (slot.count == 0) {
    if (used_ >= most) return std::nullopt;
    slot.hash = hash;
    ++used_;
  }
  return slot.count++;
}

}  // namespace pipectl
