#pragma once

#include <optional>
#include <string_view>

#include "core/base/diagnostic.hpp"

namespace pipectl::yaml {

inline constexpr std::size_t largest_file = std::size_t{4} << 20U;  ///< bytes

/// The text without a byte order mark, or nothing (and a diagnostic) when it is larger than 4 MiB,
/// no UTF-8, or holds control characters that YAML does not allow.
[[nodiscard]] std::optional<std::string_view> readable_text(const SourceFile& source,
                                                            Diagnostics& diagnostics);

}  // namespace pipectl::yaml
