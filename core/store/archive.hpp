#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/result.hpp"
#include "core/store/file_pattern.hpp"
#include "core/store/find_files.hpp"

namespace pipectl::store {

// Archives are tar (pax) with zstd: names of any bytes, permission bits, times to the nanosecond,
// links as links. No owners: who unpacks owns.

struct PackRequest {
  std::filesystem::path root;
  const std::vector<FoundFile>& files;  ///< below the root; sockets and the like are left out
  std::filesystem::path to;             ///< must not be there yet
};

struct Packed {
  std::uint64_t bytes{0};
  std::string sha256;  ///< of the archive
};

/// A file that vanished or changed its size meanwhile is Fault::step; a full disk, and libarchive
/// not installed, Fault::infrastructure. What was written so far stays, for the caller to remove.
Result<Packed> pack(const PackRequest& request, const CancelToken& cancel);

struct UnpackRequest {
  std::filesystem::path archive;
  std::filesystem::path root;
  const std::vector<FilePattern>& allowed;  ///< nothing else is written
};

/// Replaces files that are there. Nothing is ever written outside of `root`, nor through a link in
/// it. An archive that tries, or is damaged, is Fault::step: what came before is written by then.
Result<void> unpack(const UnpackRequest& request, const CancelToken& cancel);

}  // namespace pipectl::store
