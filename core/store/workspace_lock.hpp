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
// fail.
//
// Where the file lies depends on the workspace alone, for two runs with different state directories
// exclude each other too: in the workspace's `.git`, else in /tmp/pipectl-UID, which nobody else
// may use, under a name made from the workspace's path; where neither can be written, in the state
// directory. Who held it deletes it, and who has just locked a file that is no longer the one of
// its name begins anew: so two processes never hold locks on two files of one name.
//
// Two users have no such file in common, or cannot both write it. So the folder of the workspace is
// locked as well, with flock(), for which reading it is enough.
//
// A workspace in the run's own folder needs only the lock of the run.

struct LockRequest {
  std::filesystem::path locks_dir;  ///< of the state directory
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
