#include "plugins/notify/story_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace pipectl::notifiers {
namespace {

using Json = nlohmann::ordered_json;

void put(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

}  // namespace

std::string_view outcome_of(const RunStory& story) noexcept {
  if (!story.end()) return "running";
  const int code = story.end()->exit_code;
  if (code == 0) return "succeeded";
  if (code == 4) return "waiting";
  return code > 128 ? "interrupted" : "failed";
}

Json run_json(const RunStory& story) {
  const RunOrigin& origin = story.origin();
  Json run{{"id", origin.id}, {"number", origin.number}, {"pipeline", origin.pipeline}};
  run["event"] = to_string(origin.event.kind);
  put(run, "branch", origin.git.branch);
  put(run, "tag", origin.git.tag);
  put(run, "sha", origin.git.sha);
  put(run, "author", origin.git.author);
  put(run, "message", origin.git.message);
  put(run, "url", origin.url);
  if (origin.event.number) run["pull_request"] = *origin.event.number;
  run["resumed"] = story.resumed();
  run["started"] = iso8601(story.started());
  run["outcome"] = outcome_of(story);
  if (const auto& end = story.end()) {
    run["exit_code"] = end->exit_code;
    run["duration_ms"] = end->duration.count();
    put(run, "resume", end->resume_hint);
  }
  run["summary"] = story.summary();
  if (!story.warnings().empty()) run["warnings"] = story.warnings();
  return run;
}

Json stage_json(const StageStory& stage) {
  Json json{{"name", stage.name}};
  put(json, "kind", stage.kind);
  put(json, "environment", stage.environment);
  json["outcome"] = !stage.outcome ? (stage.attempt == 0 ? "queued" : "running")
                                   : to_string(stage.outcome->status);
  if (!stage.outcome) return json;
  put(json, "reason", stage.outcome->reason);
  put(json, "summary", stage.outcome->summary);
  if (stage.outcome->exit_code) json["exit_code"] = *stage.outcome->exit_code;
  json["duration_ms"] = stage.outcome->duration.count();
  return json;
}

Json stages_json(const RunStory& story, std::size_t most) {
  Json list = Json::array();
  for (const StageStory& stage : story.stages()) {
    if (list.size() == most) break;
    list.push_back(stage_json(stage));
  }
  return list;
}

}  // namespace pipectl::notifiers
