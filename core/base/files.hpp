#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl {

/// Reads a whole regular file. Errors name the path and the reason (Fault::infrastructure), also
/// when it is larger than `limit` bytes.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::size_t limit = std::size_t{1} << 30U);

/// Hands a regular file of any size to `take` in pieces of at most 256 KiB, in order.
Result<void> for_each_piece(const std::filesystem::path& path,
                            const std::function<void(std::string_view)>& take);

/// Writes beside `path`, then renames: readers see the old or the new content, never half, also
/// after a power loss. `mode` is narrowed by the umask. A link at `path` is replaced, not followed.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                                   unsigned mode = 0644);

/// True when `path`, with every link followed as far as it exists (a dangling one too), is `root`
/// or lies in it. False when that cannot be told: a loop of links, a folder that may not be read.
[[nodiscard]] bool lies_within(const std::filesystem::path& path,
                               const std::filesystem::path& root);

}  // namespace pipectl
