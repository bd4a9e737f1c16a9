#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/model/pipeline.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::plan {

/// Whether a branch or tag is meant by a list of globs. As in GitHub Actions a pattern that begins
/// with `!` takes away what earlier ones matched; the last pattern that matches decides. An empty
/// list means every name, the empty one too.
[[nodiscard]] bool ref_matches(const std::vector<std::string>& patterns, std::string_view name);

/// Why no stage runs for this event, for people; empty when the pipeline takes it.
///
/// `on` absent: every event is taken. Otherwise an event without an entry is not, except `manual`.
/// An entry with `branches`, `tags` or both takes an event whose branch or tag matches; the branch
/// of a pull request is its target, where that is known.
[[nodiscard]] std::string refusal(const Pipeline& pipeline, const Event& event);

}  // namespace pipectl::plan
