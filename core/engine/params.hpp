#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl {

/// Checks what the command line gave for `params` against their declarations and fills in the
/// defaults. Every problem is reported at once (Fault::usage, one line each).
[[nodiscard]] Result<std::map<std::string, std::string>> resolve_params(
    const Pipeline& pipeline, const std::map<std::string, std::string>& given);

}  // namespace pipectl
