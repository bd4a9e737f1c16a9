#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/store/file_pattern.hpp"
#include "core/store/find_files.hpp"

namespace pipectl::store {

struct CacheLimits {
  std::uint64_t bytes{5ULL << 30U};
  std::chrono::hours age{24 * 14};  ///< since the last use
};

/// Archives below `cache/blobs`, named by their own digest. They are published by a rename and
/// never change, so any number of processes may read, write and evict at once: who loses a race
/// finds nothing, or finds it done. Used from any thread.
class BlobStore {
 public:
  explicit BlobStore(const std::filesystem::path& cache_dir);

  struct Stored {
    std::string name;  ///< the digest
    std::uint64_t bytes{0};
  };
  /// Packs the files. A crash leaves at most a temporary file, which evict() takes away.
  Result<Stored> put(const std::filesystem::path& root, const std::vector<FoundFile>& files,
                     const CancelToken& cancel) const;

  [[nodiscard]] bool has(const std::string& name) const noexcept;
  /// Marks it as used now: evict() takes the longest unused.
  void touch(const std::string& name) const noexcept;

  enum class Fetch { restored, absent };
  /// Verifies the archive whole before the first byte is unpacked. A damaged one is removed and is
  /// Fault::step, as is one that cannot be read.
  Result<Fetch> get(const std::string& name, const std::filesystem::path& root,
                    const std::vector<FilePattern>& allowed, const CancelToken& cancel) const;

  struct Evicted {
    std::size_t blobs{0};
    std::uint64_t bytes{0};
  };
  /// Removes what was not used for too long, then the longest unused until the rest fits.
  Result<Evicted> evict(const CacheLimits& limits, WallTime now) const;

 private:
  [[nodiscard]] std::filesystem::path file_of(const std::string& name) const;

  const std::filesystem::path folder_;
};

}  // namespace pipectl::store
