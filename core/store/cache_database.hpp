#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace pipectl::store {

// A database below cache/ may be lost at any time, so it never stands in a run's way: one that
// cannot be used for what it is (damaged, of another schema, not to be written) is set aside as
// FILE.damaged, of which the last one is kept, and begun anew. A full disk, a file locked by
// another process or a folder that may not be written are errors: there another file would not
// help.

struct OpenedCache {
  std::unique_ptr<Database> database;
  std::string note;  ///< what was set aside, and why; empty: nothing
};

[[nodiscard]] Result<OpenedCache> open_cache_database(const std::filesystem::path& file,
                                                      std::span<const Migration> migrations);

/// For one that proves damaged while it is used. Another process may have begun it anew by now:
/// then that one is opened.
[[nodiscard]] Result<OpenedCache> renew_cache_database(const Database& damaged,
                                                       const std::filesystem::path& file,
                                                       std::span<const Migration> migrations);

}  // namespace pipectl::store
