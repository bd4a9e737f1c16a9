#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace pipectl::cli {

/// Reads a file of at most 4 MiB that the user named with `option`. That it cannot be read is the
/// user's fault (Fault::usage).
[[nodiscard]] Result<std::string> read_given_file(const std::filesystem::path& path,
                                                  std::string_view option);

}  // namespace pipectl::cli
