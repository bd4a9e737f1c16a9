#pragma once

#include "core/store/run_store.hpp"

namespace pipectl::store {

/// Holds the state directory within its standing limits: old runs, the cache, what skips remember.
/// Called at the end of every run; cheap when there is nothing to do.
Result<RunStore::Pruned> keep_house(RunStore& store, WallTime now);

}  // namespace pipectl::store
