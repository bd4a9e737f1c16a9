#include "cli/session/run_view.hpp"

#include <unistd.h>

#include "cli/pipeline_input.hpp"
#include "cli/ui/make_ui.hpp"

namespace pipectl::cli {
namespace {

/// Events show no stage that was left out before the run began.
bool was_announced(const store::StageRecord& stage, const plan::Plan& plan) {
  const auto* node = plan.find(stage.name);
  return stage.outcome && node != nullptr && node->skip == SkipCause::none;
}

}  // namespace

std::unique_ptr<EventSink> make_run_view(const RunViewParts& parts) {
  const Invocation& invocation = parts.invocation;
  ui::UiOptions options;
  options.mode = parts.options.ui;
  options.log_path = [&invocation, &store = parts.store](const std::string& run,
                                                         const std::string& stage) {
    return shown_path(store.log_file(run, stage), invocation.cwd).string();
  };
  options.place_of = [&plan = parts.plan](const std::string& stage) -> std::optional<ui::Place> {
    const auto* node = plan.find(stage);
    if (node == nullptr || node->stage->where.file == nullptr) return std::nullopt;
    return ui::Place{node->stage->where.file->path, node->stage->where.line};
  };
  const auto summary = invocation.env.find("GITHUB_STEP_SUMMARY");
  if (summary != invocation.env.end()) options.step_summary = summary->second;
  const auto terminal = ui::decide(ui::query_terminal(STDOUT_FILENO), invocation.env);
  return ui::make_ui(options, terminal, parts.clock);
}

void finish_view(EventSink& view, const Clock& clock, const CancelToken& cancel) {
  const Milliseconds glance{100};
  while (!view.finish(clock.steady() + glance) && !cancel.cancelled()) {
  }
  if (cancel.cancelled()) view.finish(clock.steady() + Milliseconds{2'000});
}

int exit_code_after(const EventSink& view, int exit_code) noexcept {
  return exit_code == 0 && view.error() != 0 ? exit_code_of(Fault::infrastructure) : exit_code;
}

void tell_again(const store::RunRecord& record, const plan::Plan& plan, EventSink& view) {
  const store::RunRequest& request = record.request;
  const WallTime ended = record.ended.value_or(record.started);
  const auto tell = [&](auto event) {
    view.on_event(RunEvent{record.id, ended, std::move(event)});
  };
  event::RunStarted started{request.pipeline,
                            std::string{to_string(request.event.kind)},
                            request.git.branch,
                            request.git.sha,
                            {},
                            true};
  for (const auto& stage : record.stages)
    if (was_announced(stage, plan)) started.stages.push_back({stage.name, "", "", {}});
  tell(std::move(started));
  for (const auto& stage : record.stages)
    if (was_announced(stage, plan)) tell(event::StageFinished{stage.name, *stage.outcome});
  tell(event::RunFinished{0, std::chrono::duration_cast<Milliseconds>(ended - record.started), ""});
}

}  // namespace pipectl::cli
