#pragma once

#include <string_view>

namespace pipectl {

/// Writes every byte to a blocking descriptor; a write that a signal interrupted is made again.
/// Returns 0, or the errno of the write that failed.
[[nodiscard]] int write_all(int fd, std::string_view bytes) noexcept;

}  // namespace pipectl
