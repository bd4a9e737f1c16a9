#pragma once

#include <cstdint>
#include <string_view>

namespace pipectl::yaml {

/// Where a scalar ends in its source, as far as a diagnostic and a copy need to know.
struct ScalarExtent {
  std::uint32_t length{1};        ///< bytes on its first line
  bool closed{true};              ///< false: quotes that never end
  const char* verbatim{nullptr};  ///< where the value stands in the source byte for byte, or null
};

/// `rest` begins at the scalar (or at its anchor or tag); `value` is what the parser made of it.
[[nodiscard]] ScalarExtent scalar_extent(std::string_view rest, std::string_view value) noexcept;

}  // namespace pipectl::yaml
