#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/find_files.hpp"

namespace pipectl::store {

/// One connection that several threads take turns on.
struct SharedDatabase {
  std::mutex mutex;
  std::unique_ptr<Database> database;
};

/// What files hold, as digests. A file whose state (device, inode, size, times) is as it was when
/// it was read is not read again: only its state is looked at. A file that changed less than a
/// moment before it was read is read again the next time, because a change within the same tick of
/// the file system's clock would not show. Safe from any thread.
class FileHashes {
 public:
  explicit FileHashes(SharedDatabase& shared) : shared_(shared) {}

  /// A mark for each of the files, in their order: of a file, its digest and whether it may be
  /// executed; of a link, where it points and what is there. Folders and sockets have an empty
  /// mark. A file that is gone by now is Fault::step.
  Result<std::vector<std::string>> marks_of(const std::filesystem::path& root,
                                            const std::vector<FoundFile>& files);

 private:
  struct Key {
    std::uint64_t device;
    std::uint64_t inode;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return key.inode ^ (key.device << 32U);
    }
  };
  struct Known {
    FileState state;
    std::string hash;
  };

  Result<std::vector<std::string>> hashes_of(const std::filesystem::path& root,
                                             const std::vector<FoundFile>& files);
  Result<void> look_up(const std::vector<FoundFile>& files, std::vector<std::string>& hashes);
  Result<void> look_up_stored(const std::vector<FoundFile>& files,
                              std::vector<std::string>& hashes);
  Result<std::string> stored_hash(const FileState& state);
  Result<void> store(const std::vector<Known>& fresh);
  Result<std::string> mark_of_link(const std::filesystem::path& link);

  SharedDatabase& shared_;
  std::unordered_map<Key, Known, KeyHash> known_;  ///< guarded by shared_.mutex
};

}  // namespace pipectl::store
