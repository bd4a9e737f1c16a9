#pragma once

#include "cli/pipeline_input.hpp"

namespace pipectl::cli {

/// Prints what the selected stages would do here and now, or why they would refuse. Returns the
/// exit code: 1 when one of them would.
[[nodiscard]] Result<int> rehearse(const PipelineFile& file, const RunInput& input,
                                   const Invocation& invocation);

}  // namespace pipectl::cli
