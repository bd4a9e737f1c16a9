#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pipectl {

/// Texts are looked for by the first bytes of theirs that fit into one number.
constexpr std::size_t block_size = 4;

/// The number that the `block_size` bytes at `place` make.
[[nodiscard]] inline std::uint32_t block_at(const char* place) noexcept {
  std::uint32_t block = 0;
  std::memcpy(&block, place, sizeof block);
  return block;
}

}  // namespace pipectl
