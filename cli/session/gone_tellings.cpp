#include "cli/session/gone_tellings.hpp"

#include <algorithm>

namespace pipectl::cli {
namespace {

constexpr std::size_t runs_looked_at = 50;
constexpr int killed = 128 + 9;

RunOrigin origin_of(const store::RunRecord& record, const EnvMap& host) {
  RunOrigin origin;
  origin.id = record.id;
  origin.number = record.number;
  origin.pipeline = record.request.pipeline;
  origin.event = record.request.event;
  origin.git = record.request.git;
  origin.host = host;
  return origin;
}

/// The run as its record has it, up to its end; the last event is that end.
std::pair<RunStory, RunEvent> story_of(const store::RunRecord& record, const EnvMap& host) {
  RunStory story{origin_of(record, host)};
  const WallTime ended = record.ended.value_or(record.started);
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
  const auto took = std::chrono::duration_cast<Milliseconds>(ended - record.started);
  const bool unfinished = !record.exit_code.has_value();
  event::RunFinished over{record.exit_code.value_or(killed), took,
                          unfinished ? "pipectl run --resume=" + record.id : std::string{}};
  RunEvent end{record.id, ended, std::move(over)};
  story.apply(end);
  return {std::move(story), std::move(end)};
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
    const auto [story, end] = story_of(*record, gone.host);
    const auto posts = notify::posts_for(end, story, gone.targets, gone.redactor);
    if (gone.outbox.store(posts, now)) told.end(run.id, now);
  }
}

}  // namespace pipectl::cli
