#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl::store {

/// `cannot DOING PATH: No space left on device`, with the way out for what a user can mend: a full
/// disk, a read-only file system, files of another user. Always Fault::infrastructure.
[[nodiscard]] tl::unexpected<Error> io_error(std::string_view doing,
                                             const std::filesystem::path& path, int error);

/// The way out alone; empty when there is none to name.
[[nodiscard]] std::string way_out(int error);

/// True when not one more block can be had where `path` lies.
[[nodiscard]] bool is_disk_full(const std::filesystem::path& path) noexcept;

}  // namespace pipectl::store
