#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <tuple>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/history/history.hpp"
#include "cli/history/log_reader.hpp"
#include "cli/history/record_json.hpp"
#include "cli/output.hpp"
#include "core/base/text.hpp"

namespace pipectl::cli {
namespace {

/// How long a stage that says nothing goes unasked whether it has ended.
constexpr Milliseconds look_again{500};

struct LogsOptions {
  HistoryOptions history;
  std::vector<std::string> words;  ///< [RUN] STAGE
  bool follow{false};
};

/// Nothing more will come: the stage has ended, or nobody works on the run.
bool is_over(store::RunStore& history, const store::RunRecord& run, const std::string& stage) {
  // Asked before the record is read: a run that ends in between has its last state in it.
  const bool running = history.is_running(run.id);
  const auto now = history.load(run.id);
  const auto* const record = now ? now->stage(stage) : nullptr;
  return record == nullptr || record->outcome.has_value() || !running;
}

/// Why there is no log file: a stage gets one with the first line that it prints.
void note_silence(const store::StageRecord& stage, const std::filesystem::path& log) {
  std::string why = stage.attempt == 0 && !stage.outcome ? "it was not started" : "";
  if (stage.outcome && stage.outcome->status == Status::skipped) why = "it was skipped";
  if (stage.outcome && stage.outcome->status == Status::cached) why = "it was cached";
  if (!why.empty() && stage.outcome && !stage.outcome->reason.empty())
    why += ": " + stage.outcome->reason;
  const auto name = printable(stage.name);
  const auto text = why.empty()
                        ? fmt::format("{} printed nothing, or its log is gone: there is no {}",
                                      name, printable(log.native()))
                        : fmt::format("{} printed nothing; {}", name, printable(why));
  std::ignore = std::fprintf(stderr, "%s\n", text.c_str());
}

Result<void> show(store::RunStore& history, const store::RunRecord& run,
                  const store::StageRecord& stage, bool follow) {
  const auto file = history.log_file(run.id, stage.name);
  LogReader log(file);
  Reader reader = Reader::there;
  const auto print = [&reader](std::string_view bytes) -> Result<void> {
    if (reader == Reader::there) reader = TRY(write_to_reader(bytes));
    return {};
  };
  bool over = false;
  do {
    // In this order: what was written before the end is read after it was seen.
    over = !follow || is_over(history, run, stage.name);
    TRY(log.read(print));
    over = over || reader == Reader::gone;
    if (!over) log.wait(look_again);
  } while (!over);
  if (!log.found()) note_silence(stage, file);
  return {};
}

Result<void> logs(const LogsOptions& options, const Invocation& invocation) {
  const auto history = TRY(need_history(options.history, invocation));
  const auto run = TRY(history->load(options.words.size() > 1 ? options.words.front() : "latest"));
  const auto* const stage = TRY(find_stage(run, options.words.back()));
  if (options.history.json) return write_stdout(json_of_stage(run, *stage, *history));
  return show(*history, run, *stage, options.follow);
}

}  // namespace

void add_logs(CLI::App& root, Invocation& invocation) {
  auto* const command = root.add_subcommand("logs", "Print what a stage wrote");
  const auto options = std::make_shared<LogsOptions>();
  command
      ->add_option("STAGE", options->words,
                   "A stage, after the run that is meant (default: the latest)")
      ->required()
      ->expected(1, 2)
      ->type_name("[RUN] STAGE");
  auto* const follow =
      command->add_flag("-f,--follow", options->follow, "Go on until the stage has ended");
  add_history_options(*command, options->history);
  follow->excludes("--json");
  command->callback([options, &invocation] {
    const auto done = logs(*options, invocation);
    invocation.exit_code = done ? 0 : report(done.error());
  });
}

}  // namespace pipectl::cli
