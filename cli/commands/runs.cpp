#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <tuple>

#include "cli/commands/commands.hpp"
#include "cli/history/clean.hpp"
#include "cli/history/history.hpp"
#include "cli/history/record_json.hpp"
#include "cli/history/run_page.hpp"
#include "cli/output.hpp"
#include "cli/session/gone_runs.hpp"
#include "cli/usage.hpp"

namespace pipectl::cli {
namespace {

struct RunsOptions {
  HistoryOptions history;
  std::size_t most{20};
  bool names{false};
  std::string run{"latest"};
  CleanOptions clean;
};

std::string ids_of(const std::vector<store::RunRecord>& runs) {
  std::string ids;
  for (const auto& run : runs) ids += run.id + '\n';
  return ids;
}

Result<void> list(const RunsOptions& options, const Invocation& invocation) {
  const auto history = TRY(open_history(options.history, invocation));
  if (!history && options.names) return {};
  if (!history) {
    std::ignore = std::fputs("nothing has run here yet\n", stderr);
    return options.history.json ? write_stdout("{\"v\": 1, \"runs\": []}\n") : Result<void>{};
  }
  const auto runs = TRY(history->list(options.most));
  if (options.names) return write_stdout(ids_of(runs));
  if (options.history.json) return write_stdout(json_of_list(runs, *history));
  if (runs.empty()) std::ignore = std::fputs("no runs are kept\n", stderr);
  return write_stdout(run_table(runs, *history, stdout_terminal(invocation.env)));
}

Result<void> show(const RunsOptions& options, const Invocation& invocation) {
  const auto history = TRY(need_history(options.history, invocation));
  const auto run = TRY(history->load(options.run));
  if (options.history.json) return write_stdout(json_of_run(run, *history));
  return write_stdout(run_page(run, *history, stdout_terminal(invocation.env)));
}

Result<void> clean(const RunsOptions& options, const Invocation& invocation) {
  const auto history = TRY(open_history(options.history, invocation));
  store::RunStore::Pruned pruned;
  if (history)
    remove_what_gone_runs_left({*history, make_registry(), invocation.env, ""}, CancelToken{});
  if (history) pruned = TRY(clean_runs(*history, options.clean));
  if (options.history.json) return write_stdout(json_of_pruned(pruned));
  return write_stdout(cleaned_text(pruned));
}

using Action = Result<void> (*)(const RunsOptions&, const Invocation&);

void on_call(CLI::App& command, const std::shared_ptr<RunsOptions>& options, Invocation& invocation,
             Action action) {
  command.callback([options, &invocation, action] {
    const auto done = action(*options, invocation);
    invocation.exit_code = done ? 0 : report(done.error());
  });
}

}  // namespace

void add_runs(CLI::App& root, Invocation& invocation) {
  auto* const command = root.add_subcommand("runs", "List, show and remove past runs");
  const auto options = std::make_shared<RunsOptions>();
  command->require_subcommand(0, 1);
  add_history_options(*command, options->history);
  command->add_option("-n,--limit", options->most, "How many to list")
      ->check(whole_number(1))
      ->type_name("N");
  command->add_flag("--names", options->names, "Print only the ids, for completion");

  auto* const list_command = command->add_subcommand("list", "List the newest runs (default)");
  add_history_options(*list_command, options->history);
  list_command->add_option("-n,--limit", options->most, "How many to list")
      ->check(whole_number(1))
      ->type_name("N");
  on_call(*list_command, options, invocation, list);

  auto* const show_command = command->add_subcommand("show", "Show one run and its stages");
  add_history_options(*show_command, options->history);
  show_command->add_option("RUN", options->run, "An id or its beginning, a number, or 'latest'");
  on_call(*show_command, options, invocation, show);

  auto* const clean_command = command->add_subcommand("clean", "Remove old runs");
  add_history_options(*clean_command, options->history);
  add_clean_options(*clean_command, options->clean);
  on_call(*clean_command, options, invocation, clean);

  command->callback([command, options, &invocation] {
    if (!command->get_subcommands().empty()) return;
    const auto done = list(*options, invocation);
    invocation.exit_code = done ? 0 : report(done.error());
  });
}

}  // namespace pipectl::cli
