#include "cli/history/run_page.hpp"

#include <fmt/format.h>

#include "cli/history/history.hpp"
#include "cli/history/table.hpp"
#include "cli/ui/style.hpp"
#include "cli/ui/summary.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

using ui::Paint;

/// Clocks go back, too.
Milliseconds between(WallTime from, WallTime to) {
  return std::max(Milliseconds{0}, std::chrono::duration_cast<Milliseconds>(to - from));
}

std::string took(const store::RunRecord& run) {
  return run.ended ? human_duration(between(run.started, *run.ended)) : std::string{};
}

/// `main`, `v1.2.0`, `feature -> main`
std::string where_from(const store::RunRecord& run) {
  const Event& event = run.request.event;
  if (event.kind == EventKind::pull_request)
    return fmt::format("{} -> {}", event.branch, event.target_branch);
  if (event.kind == EventKind::tag) return event.tag;
  return run.request.git.branch.empty() ? event.branch : run.request.git.branch;
}

std::string commit_of(const GitInfo& git) {
  const std::string sha = git.short_sha.empty() ? git.sha.substr(0, 7) : git.short_sha;
  return sha.empty() || !git.dirty ? sha : sha + " + changes";
}

std::string stage_time(const store::StageRecord& stage) {
  const bool ran = stage.outcome && stage.outcome->status != Status::skipped;
  return ran ? human_duration(stage.outcome->duration) : std::string{};
}

void add_stage(Table& table, const store::StageRecord& stage, bool running,
               const ui::Terminal& terminal) {
  if (stage.outcome) {
    const Status status = stage.outcome->status;
    table.add({{std::string{ui::mark(status, terminal.glyphs)}, ui::paint_of(status)},
               {stage.name},
               {std::string{ui::label(status)}, ui::paint_of(status)},
               {stage_time(stage)},
               {ui::details_of(*stage.outcome)}});
    return;
  }
  const bool started = stage.attempt > 0;
  const auto* const word = !started ? "NOT STARTED" : running ? "RUNNING" : "UNFINISHED";
  table.add({{std::string{ui::sign(ui::Sign::queued, terminal.glyphs)}, Paint::dim},
             {stage.name},
             {word, started ? Paint::yellow : Paint::dim}});
}

void add_facts(Table& table, const store::RunRecord& run) {
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) table.add({{"  " + std::string(name)}, {value}});
  };
  add("pipeline", run.request.pipeline);
  add("file", run.request.file);
  add("started", local_time(run.started));
  add("took", took(run));
  add("event", std::string(to_string(run.request.event.kind)));
  add("branch", where_from(run));
  add("commit", commit_of(run.request.git));
  add("environment", run.request.environment);
  for (const auto& [name, value] : run.request.params) add("-p " + name, value);
  for (const auto& [name, value] : run.request.variables) add("-e " + name, value);
}

}  // namespace

std::string run_table(const std::vector<store::RunRecord>& runs, const store::RunStore& history,
                      const ui::Terminal& terminal) {
  if (runs.empty()) return {};
  Table table(terminal);
  std::vector<Cell> heading;
  for (const auto* const name :
       {"RUN", "#", "RESULT", "STARTED", "TOOK", "EVENT", "BRANCH", "COMMIT", "PIPELINE"})
    heading.push_back({name, Paint::dim});
  table.add(std::move(heading));
  for (const auto& run : runs) {
    const RunResult result = result_of(run, history.is_running(run.id));
    table.add({{run.id},
               {std::to_string(run.number)},
               {std::string{result.word}, result.paint},
               {local_time(run.started)},
               {took(run)},
               {std::string(to_string(run.request.event.kind))},
               {where_from(run)},
               {commit_of(run.request.git)},
               {run.request.pipeline}});
  }
  return table.text();
}

std::string run_page(const store::RunRecord& run, const store::RunStore& history,
                     const ui::Terminal& terminal) {
  const bool running = history.is_running(run.id);
  const RunResult result = result_of(run, running);
  std::string page = fmt::format("run {} (#{}) {}", run.id, run.number,
                                 ui::painted(result.word, result.paint, terminal.colour));
  if (run.exit_code) page += fmt::format(", exit code {}", *run.exit_code);
  page += "\n";
  Table facts(terminal);
  add_facts(facts, run);
  page += facts.text() + "\n";
  Table stages(terminal);
  for (const auto& stage : run.stages) add_stage(stages, stage, running, terminal);
  page += stages.text();
  constexpr int waiting = 4;
  if (!running && run.exit_code == waiting)
    page += fmt::format("\nto go on: pipectl approve {0} && pipectl run --resume={0}\n", run.id);
  else if (!running && run.exit_code != 0)
    page += fmt::format("\nto go on: pipectl run --resume={}\n", run.id);
  return page;
}

}  // namespace pipectl::cli
