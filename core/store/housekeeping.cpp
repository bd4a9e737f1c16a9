#include "core/store/housekeeping.hpp"

#include <system_error>

#include "core/store/cache.hpp"
#include "core/store/fingerprint.hpp"

namespace pipectl::store {

Result<RunStore::Pruned> keep_house(RunStore& store, WallTime now) {
  // The runs first: whatever is wrong with a cache, they are kept within bounds.
  const auto pruned = TRY(store.prune({}, now));
  const CacheLimits limits;
  TRY(Cache(store.cache_dir()).evict(limits, now));
  std::error_code error;
  if (std::filesystem::exists(store.cache_dir() / "fingerprints.db", error)) {
    const auto skips = TRY(SkipStore::open(store.cache_dir()));
    TRY(skips->forget(limits.age, now));
  }
  return pruned;
}

}  // namespace pipectl::store
