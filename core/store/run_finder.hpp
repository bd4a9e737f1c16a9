#pragma once

#include <string>
#include <vector>

#include "core/store/database.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::store {

// Called inside Database::read or Database::write.

/// See RunStore::load; without request values and stages.
Result<RunRecord> find_run(Database& database, const std::string& id);

/// Of the newest run, or empty.
[[nodiscard]] std::string latest_id(Database& database);
[[nodiscard]] std::string latest_id_of(Database& database, const std::string& pipeline_file);

Result<std::vector<RunRecord>> newest_runs(Database& database, std::size_t most);

}  // namespace pipectl::store
