#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/store/blob_store.hpp"

namespace pipectl::store {

struct CacheRequest {
  std::string key;
  std::vector<std::string> patterns;  ///< see FilePattern, relative to the workspace
  std::filesystem::path workspace;
  std::filesystem::path state_dir{};  ///< never packed
};

/// What `cache: {key, paths}` keeps from run to run, below the cache directory:
///     entries/DIGEST.json   of the key and the patterns: which archive, made when
///     blobs/DIGEST.tar.zst  the files
/// The entry is written last and by a rename: it never names an archive that is not whole. Safe for
/// any number of processes and threads; the last save of a key counts.
class Cache {
 public:
  explicit Cache(std::filesystem::path cache_dir);

  struct Restored {
    bool hit{false};
    std::uint64_t bytes{0};  ///< of the archive
    std::vector<std::string> warnings;
  };
  /// Puts the files back over what is there: other files stay, as with the caches of GitHub Actions
  /// and GitLab. Nothing saved under the key, an archive that is gone or damaged, or a
  /// link in the workspace in the place of a folder: a miss, with a warning but for the first. Only
  /// what the patterns name is ever written. A full disk is Fault::infrastructure.
  Result<Restored> restore(const CacheRequest& request, const CancelToken& cancel) const;

  struct Saved {
    enum class What { saved, unchanged, nothing };
    What what{What::nothing};
    std::uint64_t bytes{0};
    std::vector<std::string> warnings;  ///< no file matches a pattern
  };
  /// Saves the files as they are now. Nothing is packed when they are as they were saved or
  /// restored last (by size, mode and time).
  Result<Saved> save(const CacheRequest& request, const CancelToken& cancel) const;

  /// Also what belongs to content-addressed skips: both share the archives.
  Result<BlobStore::Evicted> evict(const CacheLimits& limits, WallTime now) const;

 private:
  [[nodiscard]] std::filesystem::path entry_file(const CacheRequest& request) const;

  const std::filesystem::path cache_dir_;
  const BlobStore blobs_;
};

}  // namespace pipectl::store
