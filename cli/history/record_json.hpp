#pragma once

#include <string>

#include "core/store/run_store.hpp"

namespace pipectl::cli {

// JSON of what is recorded, version 1. Bytes that are no UTF-8 become U+FFFD: JSON can hold no
// others. Every text ends with a line break.

[[nodiscard]] std::string json_of_list(const std::vector<store::RunRecord>& runs,
                                       const store::RunStore& history);
[[nodiscard]] std::string json_of_run(const store::RunRecord& run, const store::RunStore& history);
[[nodiscard]] std::string json_of_stage(const store::RunRecord& run,
                                        const store::StageRecord& stage,
                                        const store::RunStore& history);
[[nodiscard]] std::string json_of_pruned(const store::RunStore::Pruned& pruned);

}  // namespace pipectl::cli
