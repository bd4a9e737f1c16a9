#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.hpp"

namespace pipectl::store {

struct CopiedFile {
  std::uint64_t bytes{0};
  std::string sha256;  ///< of the copy
};

/// Copies the content of a regular file, with its permission bits and modification time, to a new
/// file. Links in `from` are followed, as long as they end within `boundary`: what is open is asked
/// where it lies, so that a link put there in the meantime changes nothing. The copy shares no
/// later change with the source.
Result<CopiedFile> copy_file_within(const std::filesystem::path& from,
                                    const std::filesystem::path& boundary,
                                    const std::filesystem::path& to);

}  // namespace pipectl::store
