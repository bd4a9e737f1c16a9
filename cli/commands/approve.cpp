#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/history/history.hpp"
#include "cli/output.hpp"
#include "cli/session/approvals.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

struct ApproveOptions {
  HistoryOptions history;
  std::string run;
  std::vector<std::string> stages;
  bool reject{false};
  std::string comment;
};

using Stages = std::vector<const store::StageRecord*>;

Result<Stages> stages_meant(const store::RunRecord& run, const ApproveOptions& options) {
  const Stages waiting = waiting_stages(run);
  if (options.stages.empty() && !waiting.empty()) return waiting;
  if (options.stages.empty())
    return fail(Fault::usage, fmt::format("nothing of run {} waits for an approval", run.id),
                fmt::format("`pipectl runs show {}` says how it stands", run.id));
  Stages meant;
  for (const std::string& name : options.stages) {
    const auto* const stage = TRY(find_stage(run, name));
    if (std::ranges::find(waiting, stage) != waiting.end()) {
      meant.push_back(stage);
      continue;
    }
    const auto answer = recall_answer(stage->notes);
    return fail(
        Fault::usage,
        fmt::format("{} of run {} does not wait for an approval", printable(stage->name), run.id),
        answer ? "it was " + describe(*answer) : "`pipectl explain` says how it stands");
  }
  return meant;
}

/// What somebody had said before, and nobody has acted on yet, no longer counts.
std::string line_of(const store::StageRecord& stage, const ApprovalAnswer& answer) {
  std::string line = fmt::format("{}: {}", printable(stage.name), printable(describe(answer)));
  if (const auto earlier = recall_answer(stage.notes))
    line += fmt::format(" (was {})", printable(describe(*earlier)));
  return line + '\n';
}

Result<void> approve(const ApproveOptions& options, const Invocation& invocation) {
  const auto history = TRY(need_history(options.history, invocation));
  const auto run = TRY(history->load(options.run));
  const Stages stages = TRY(stages_meant(run, options));
  const ApprovalAnswer answer{
      options.reject ? ApprovalAnswer::Decision::rejected : ApprovalAnswer::Decision::approved,
      current_person(invocation.env), SystemClock{}.wall(), options.comment};
  TRY(answer_stages(*history, run, stages, answer));
  std::string text;
  for (const auto* const stage : stages) text += line_of(*stage, answer);
  const bool running = history->is_running(run.id);
  text += fmt::format("{}: pipectl run --resume={}\n",
                      running ? "once the run has ended, to go on" : "to go on", run.id);
  return write_stdout(text);
}

}  // namespace

void add_approve(CLI::App& root, Invocation& invocation) {
  auto* const command =
      root.add_subcommand("approve", "Answer the stages of a run that wait for an approval");
  const auto options = std::make_shared<ApproveOptions>();
  command->add_option("RUN", options->run, "An id or its beginning, a number, or 'latest'")
      ->required();
  command->add_option("STAGE", options->stages, "Only this one (default: all that wait)");
  command->add_flag("--reject", options->reject, "Say no: the stage fails");
  command->add_option("--comment", options->comment, "Why, for the record")->type_name("TEXT");
  command->add_option("--file", options->history.file, "The pipeline file whose runs are meant")
      ->type_name("FILE");
  command->callback([options, &invocation] {
    const auto done = approve(*options, invocation);
    invocation.exit_code = done ? 0 : report(done.error());
  });
}

}  // namespace pipectl::cli
