#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/store/database.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::store {

// Between the rows of runs.db and the records of run_store.hpp. Called inside Database::read or
// Database::write.

[[nodiscard]] std::int64_t milliseconds_of(WallTime time) noexcept;
[[nodiscard]] WallTime time_of(std::int64_t milliseconds) noexcept;

/// Stores the run and a row for each stage; returns its number.
long insert_run(Database& database, const std::string& id, const RunRequest& request, WallTime at);

/// In place of what was known of the commit when the run began.
Result<void> store_git(Database& database, const std::string& id, const GitInfo& git);

/// What stages are to remember. Fault::usage when there is no such run or stage.
Result<void> store_notes(Database& database, const std::string& id,
                         const std::vector<transition::StageNote>& notes);

/// The columns that `record_of` reads, for a SELECT over `run`.
#define PIPECTL_RUN_COLUMNS "number, id, pipeline, file, started, ended, exit_code"

/// The run of the row at hand, without request values and stages. An id that is none (the database
/// was tampered with) is an error: ids become paths.
Result<RunRecord> record_of(const Query& row);
/// Adds what was asked for.
void read_request(Database& database, RunRecord& record);
/// Adds stages, notes and outputs.
void read_stages(Database& database, RunRecord& record);

}  // namespace pipectl::store
