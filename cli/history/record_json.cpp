#include "cli/history/record_json.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/history/history.hpp"
#include "core/api/approval.hpp"
#include "core/api/image_note.hpp"

namespace pipectl::cli {
namespace {

using json = nlohmann::ordered_json;

std::string dumped(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

template <class Value>
void put(json& object, const char* name, const Value& value) {
  if (!value.empty()) object[name] = value;
}

json event_of(const Event& event) {
  json object{{"kind", to_string(event.kind)}};
  put(object, "branch", event.branch);
  put(object, "target_branch", event.target_branch);
  put(object, "tag", event.tag);
  if (event.number) object["number"] = *event.number;
  return object;
}

json git_of(const GitInfo& git) {
  json object = json::object();
  put(object, "sha", git.sha);
  put(object, "branch", git.branch);
  put(object, "tag", git.tag);
  if (!git.sha.empty()) object["dirty"] = git.dirty;
  return object;
}

json head_of(const store::RunRecord& run, const store::RunStore& history) {
  json object{{"run", run.id},
              {"number", run.number},
              {"result", result_of(run, history.is_running(run.id)).word},
              {"pipeline", run.request.pipeline},
              {"file", run.request.file},
              {"started", iso8601(run.started)}};
  if (run.ended) object["ended"] = iso8601(*run.ended);
  if (run.exit_code) object["exit_code"] = *run.exit_code;
  object["event"] = event_of(run.request.event);
  if (auto git = git_of(run.request.git); !git.empty()) object["git"] = std::move(git);
  put(object, "environment", run.request.environment);
  put(object, "params", run.request.params);
  return object;
}

void put_outcome(json& object, const Outcome& outcome) {
  object["outcome"] = to_string(outcome.status);
  if (outcome.skip != SkipCause::none) object["skip"] = to_string(outcome.skip);
  put(object, "reason", outcome.reason);
  put(object, "hint", outcome.hint);
  put(object, "summary", outcome.summary);
  if (outcome.exit_code) object["exit_code"] = *outcome.exit_code;
  if (outcome.undo_failed) object["undo_failed"] = true;
  object["attempts"] = outcome.attempts;
  object["duration_ms"] = outcome.duration.count();
  put(object, "outputs", outcome.outputs);
}

json approval_of(const store::StageRecord& stage) {
  const auto answer = recall_answer(stage.notes);
  if (!answer) return json::object();
  const bool yes = answer->decision == ApprovalAnswer::Decision::approved;
  json object{
      {"decision", yes ? "approved" : "rejected"}, {"by", answer->by}, {"at", iso8601(answer->at)}};
  put(object, "comment", answer->comment);
  return object;
}

json stage_of(const store::RunRecord& run, const store::StageRecord& stage,
              const store::RunStore& history) {
  json object{{"stage", stage.name}, {"needs", stage.needs}, {"attempt", stage.attempt}};
  put(object, "why", stage.why);
  if (stage.started) object["started"] = iso8601(*stage.started);
  if (stage.ended) object["ended"] = iso8601(*stage.ended);
  if (stage.outcome) put_outcome(object, *stage.outcome);
  put(object, "approval", approval_of(stage));
  put(object, "images", images_of(stage.notes));
  std::error_code error;
  const auto log = history.log_file(run.id, stage.name);
  if (std::filesystem::exists(log, error)) object["log"] = log.string();
  return object;
}

}  // namespace

std::string json_of_list(const std::vector<store::RunRecord>& runs,
                         const store::RunStore& history) {
  json all = json::array();
  for (const auto& run : runs) all.push_back(head_of(run, history));
  return dumped({{"v", 1}, {"runs", std::move(all)}});
}

std::string json_of_run(const store::RunRecord& run, const store::RunStore& history) {
  json object{{"v", 1}};
  object.update(head_of(run, history));
  json stages = json::array();
  for (const auto& stage : run.stages) stages.push_back(stage_of(run, stage, history));
  object["stages"] = std::move(stages);
  return dumped(object);
}

std::string json_of_stage(const store::RunRecord& run, const store::StageRecord& stage,
                          const store::RunStore& history) {
  json object{
      {"v", 1}, {"run", run.id}, {"result", result_of(run, history.is_running(run.id)).word}};
  object.update(stage_of(run, stage, history));
  return dumped(object);
}

std::string json_of_pruned(const store::RunStore::Pruned& pruned) {
  return dumped({{"v", 1}, {"removed", pruned.runs}, {"bytes", pruned.bytes}});
}

}  // namespace pipectl::cli
