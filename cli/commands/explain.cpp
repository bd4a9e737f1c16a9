#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/history/explanation.hpp"
#include "cli/history/history.hpp"
#include "cli/history/record_json.hpp"
#include "cli/output.hpp"

namespace pipectl::cli {
namespace {

constexpr std::size_t most_uses = 100;

struct ExplainOptions {
  HistoryOptions history;
  std::string stage;
  std::string run{"latest"};
};

Result<void> explain(const ExplainOptions& options, const Invocation& invocation) {
  const auto history = TRY(need_history(options.history, invocation));
  const auto run = TRY(history->load(options.run));
  const auto* const stage = TRY(find_stage(run, options.stage));
  if (options.history.json) return write_stdout(json_of_stage(run, *stage, *history));
  const auto log =
      TRY(store::AuditLog::open_existing(TRY(history_dir(options.history, invocation))));
  const auto uses =
      log ? TRY(log->list({run.id, stage->name, {}}, most_uses)) : std::vector<store::SecretUse>{};
  return write_stdout(explanation(run, *stage, *history, stdout_terminal(invocation.env), uses));
}

}  // namespace

void add_explain(CLI::App& root, Invocation& invocation) {
  auto* const command =
      root.add_subcommand("explain", "Say why a stage ran, was skipped, was cached or failed");
  const auto options = std::make_shared<ExplainOptions>();
  command->add_option("STAGE", options->stage, "A stage, or an instance of its matrix")->required();
  command->add_option("--run", options->run, "An id or its beginning, a number, or 'latest'")
      ->type_name("RUN");
  add_history_options(*command, options->history);
  command->callback([options, &invocation] {
    const auto done = explain(*options, invocation);
    invocation.exit_code = done ? 0 : report(done.error());
  });
}

}  // namespace pipectl::cli
