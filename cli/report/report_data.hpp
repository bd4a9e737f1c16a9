#pragma once

#include <string>

#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// Everything that the page of a run shows, as JSON: the record as `runs show --json` has it, and
/// for each stage its metrics, gates, findings (new and known), tests, load, artifacts and log, as
/// far as they fit into a page; and the runs before it. What cannot be read is left out, for a
/// report must be had of a damaged run, too.
[[nodiscard]] Result<std::string> report_data(store::RunStore& history, const store::RunRecord& run,
                                              WallTime now);

}  // namespace pipectl::cli
