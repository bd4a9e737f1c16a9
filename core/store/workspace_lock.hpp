#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/clock.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::store {

// A lock is an open file description lock (fcntl, F_OFD_SETLK) on a file that stays: the kernel
// releases it when the last descriptor goes, however the process ends. Unlike flock() it can be
// asked about (F_OFD_GETLK) without being taken, so that a mere look never makes another's attempt
// fail. The file is never deleted: two processes could then hold locks on two files of one name. So
// a workspace that is the run's own has no such file, or one would be left of every run.

struct LockRequest {
  std::filesystem::path locks_dir;
  std::filesystem::path run_dir;    ///< holds a second lock, by which is_held finds the run
  std::filesystem::path workspace;  ///< in `run_dir`: that lock alone
  std::string run_id;
  WallTime at;
};

/// See RunStore::lock_workspace.
[[nodiscard]] Result<std::unique_ptr<WorkspaceLock>> take_lock(const LockRequest& request);

/// Whether a living process holds the lock of the run whose folder this is.
[[nodiscard]] bool is_held(const std::filesystem::path& run_dir) noexcept;

}  // namespace pipectl::store
