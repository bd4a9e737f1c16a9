#include "cli/session/gone_tellings.hpp"

#include <algorithm>
#include <iterator>

#include "core/notify/notifications.hpp"

namespace pipectl::cli {
namespace {

constexpr std::size_t runs_looked_at = 50;
constexpr int killed = 128 + 9;

RunOrigin origin_of(const store::RunRecord& record, const GoneTellings& gone) {
  RunOrigin origin;
  origin.id = record.id;
  origin.number = record.number;
  origin.pipeline = record.request.pipeline;
  origin.event = record.request.event;
  origin.git = record.request.git;
  origin.host = gone.host;
  origin.environment_of = [&gone, target = record.request.environment](const std::string& stage) {
    return gone.environment_of(stage, target);
  };
  return origin;
}

/// The run as its record has it, up to the moment in which nobody was at it any more.
RunStory story_of(const store::RunRecord& record, const GoneTellings& gone, WallTime ended) {
  RunStory story{origin_of(record, gone)};
  event::RunStarted started{record.request.pipeline,
                            std::string{to_string(record.request.event.kind)},
                            record.request.git.branch,
                            record.request.git.sha,
                            {},
                            false};
  for (const auto& stage : record.stages) started.stages.push_back({stage.name, "", "", {}});
  story.apply({record.id, record.started, std::move(started)});
  for (const auto& stage : record.stages) {
    if (stage.attempt > 0)
      story.apply({record.id, ended, event::StageStarted{stage.name, stage.attempt}});
    if (stage.outcome)
      story.apply({record.id, ended, event::StageFinished{stage.name, *stage.outcome}});
  }
  return story;
}

/// What the run did not live to tell: the end of the stages that it had begun, and its own.
std::vector<RunEvent> untold(const store::RunRecord& record, WallTime ended) {
  std::vector<RunEvent> events;
  for (const auto& stage : record.stages) {
    if (stage.attempt == 0 || stage.outcome) continue;
    Outcome outcome;
    outcome.status = Status::cancelled;
    outcome.reason = "the run died before it ended";
    outcome.attempts = stage.attempt;
    events.push_back({record.id, ended, event::StageFinished{stage.name, outcome}});
  }
  const auto took = std::chrono::duration_cast<Milliseconds>(ended - record.started);
  const bool unfinished = !record.exit_code.has_value();
  events.push_back(
      {record.id, ended,
       event::RunFinished{record.exit_code.value_or(killed), took,
                          unfinished ? "pipectl run --resume=" + record.id : std::string{}}});
  return events;
}

/// Each event as part of the story that it belongs to; of what one says over another the last.
std::vector<store::NewPost> posts_about(const store::RunRecord& record, const GoneTellings& gone) {
  const WallTime ended = record.ended.value_or(record.started);
  RunStory story = story_of(record, gone, ended);
  std::vector<store::NewPost> posts;
  for (const RunEvent& event : untold(record, ended)) {
    story.apply(event);
    auto more = notify::posts_for(event, story, gone.targets, gone.redactor);
    std::ranges::move(more, std::back_inserter(posts));
  }
  notify::drop_superseded(posts);
  return posts;
}

}  // namespace

void tell_of_gone_runs(const GoneTellings& gone, WallTime now) {
  notify::ToldRuns told{gone.outbox};
  auto runs = gone.store.list(runs_looked_at);
  if (!runs) return;
  std::reverse(runs->begin(), runs->end());  // the oldest first
  for (const auto& run : *runs) {
    if (run.id == gone.own || run.request.file != gone.file) continue;
    if (!told.is_open(run.id) || gone.store.is_running(run.id)) continue;
    const auto record = gone.store.load(run.id);
    if (!record) continue;
    // One that cannot be stored now comes before those behind it, at the next try.
    if (!gone.outbox.store(posts_about(*record, gone), now)) return;
    told.end(run.id, now);
  }
}

}  // namespace pipectl::cli
