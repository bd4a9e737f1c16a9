#pragma once

#include <memory>
#include <string>

#include "core/store/database.hpp"
#include "core/store/journal.hpp"

namespace pipectl::store {

/// The journal of one run in runs.db.
[[nodiscard]] std::unique_ptr<Journal> make_journal(Database& database, std::string run_id);

}  // namespace pipectl::store
