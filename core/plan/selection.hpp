#pragma once

#include "core/plan/stage_map.hpp"

namespace pipectl::plan {

/// Marks as deselected, with the reason, every node that the selection leaves out and that is not
/// skipped already. Fault::usage for a name that does not exist, with a suggestion.
Result<void> apply(const Selection& selection, const StageMap& map, Plan& plan);

}  // namespace pipectl::plan
