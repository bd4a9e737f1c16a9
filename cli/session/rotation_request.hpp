#pragma once

#include <optional>
#include <string>

#include "cli/pipeline_input.hpp"
#include "cli/session/run_options.hpp"
#include "core/store/run_store.hpp"

namespace pipectl::cli {

/// `pipectl secrets rotate NAME`: selects the stages that rotate it, and no others. Fault::usage
/// when there is none.
[[nodiscard]] Result<void> select_rotations(const config::LoadedPipeline& loaded,
                                            RunOptions& options);

/// The latest run of this file when it is one of the same rotation and died: it has no end, and
/// nobody is at it, and file and commit are still those that it is of. Nothing otherwise.
[[nodiscard]] Result<std::optional<std::string>> find_died_rotation(store::RunStore& store,
                                                                    const PipelineFile& file,
                                                                    const RunOptions& options,
                                                                    const Invocation& invocation);

}  // namespace pipectl::cli
