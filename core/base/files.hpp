#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl {

/// Reads a whole regular file. Errors name the path and the reason (Fault::infrastructure), also
/// when it is larger than `limit` bytes.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::size_t limit = std::size_t{1} << 30U);

/// Writes beside `path`, then renames: readers see the old or the new content, never half.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                                   unsigned mode = 0644);

/// True when `path`, with every link followed as far as it exists, lies in `root`.
[[nodiscard]] bool lies_within(const std::filesystem::path& path,
                               const std::filesystem::path& root);

}  // namespace pipectl
