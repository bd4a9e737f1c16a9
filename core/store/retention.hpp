#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.hpp"
#include "core/store/database.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::store {

/// Removes a folder and all in it. Links are removed, never followed; folders without write
/// permission (Go's module cache makes them) are opened first. One that is not there is fine.
Result<void> remove_tree(const std::filesystem::path& directory);

/// Bytes of all regular files below `directory`, links not followed. What cannot be read counts 0.
[[nodiscard]] std::uint64_t size_of_tree(const std::filesystem::path& directory);

/// The ids of the runs that have to go, oldest first; see RunStore::prune. Counts what finished
/// runs keep on disk once and stores it.
struct Doomed {
  std::string id;
  std::uint64_t bytes{0};
};
struct PruneRequest {
  const Limits& limits;
  WallTime now;
  std::filesystem::path runs_dir;
};
Result<std::vector<Doomed>> runs_over_limits(Database& database, const PruneRequest& request);

}  // namespace pipectl::store
