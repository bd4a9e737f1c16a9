#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/api/run_story.hpp"

namespace pipectl::notifiers {

/// `running`, `succeeded`, `failed`, `waiting`, `interrupted`.
[[nodiscard]] std::string_view outcome_of(const RunStory& story) noexcept;

/// The run as a whole: id, number, pipeline, event, branch, tag, sha, url, outcome, …
[[nodiscard]] nlohmann::ordered_json run_json(const RunStory& story);
/// One stage: name, kind, outcome, reason, exit_code, duration_ms.
[[nodiscard]] nlohmann::ordered_json stage_json(const StageStory& stage);
/// All of them, at most `most`.
[[nodiscard]] nlohmann::ordered_json stages_json(const RunStory& story, std::size_t most);

}  // namespace pipectl::notifiers
