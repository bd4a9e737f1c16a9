#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <tuple>

#include "cli/commands/commands.hpp"
#include "cli/history/history.hpp"
#include "cli/output.hpp"
#include "cli/secrets/report.hpp"
#include "cli/session/secrets_file.hpp"
#include "cli/session/session.hpp"
#include "cli/session/session_options.hpp"
#include "cli/signals.hpp"
#include "cli/usage.hpp"

namespace pipectl::cli {
namespace {

struct SecretsOptions {
  PipelineOptions pipeline;
  std::string secrets_file;
  bool json{false};
  HistoryOptions history;
  std::string run;
  std::string stage;
  std::string secret;
  std::size_t most{100};
};

Result<int> list(const SecretsOptions& options, const Invocation& invocation) {
  const auto registry = make_registry();
  const auto file = TRY(load_pipeline(options.pipeline, invocation, registry));
  const auto entries = secret_inventory(file->loaded);
  if (entries.empty() && !options.json)
    std::ignore = std::fputs("the pipeline declares no secrets\n", stderr);
  TRY(write_stdout(options.json ? secrets_json(entries)
                                : secrets_text(entries, stdout_terminal(invocation.env))));
  return 0;
}

Result<int> check(const SecretsOptions& options, const Invocation& invocation) {
  const SignalWatcher signals;
  const auto registry = make_registry();
  const auto file = TRY(load_pipeline(options.pipeline, invocation, registry));
  const auto overrides =
      TRY(read_secrets_file(options.secrets_file, file->loaded.pipeline, invocation.cwd));
  const auto checks =
      check_all_secrets({*file, registry, invocation.env, overrides, signals.token()});
  if (signals.signal() != 0) return 128 + signals.signal();
  if (checks.empty() && !options.json)
    std::ignore = std::fputs("the pipeline declares no secrets\n", stderr);
  TRY(write_stdout(options.json ? checks_json(checks)
                                : checks_text(checks, stdout_terminal(invocation.env))));
  const bool bad =
      std::any_of(checks.begin(), checks.end(), [](const SecretCheck& one) { return one.fails(); });
  return bad ? 1 : 0;
}

Result<int> audit(const SecretsOptions& options, const Invocation& invocation) {
  std::vector<store::SecretUse> uses;
  if (const auto directory = TRY(history_dir(options.history, invocation)); !directory.empty()) {
    const auto log = TRY(store::AuditLog::open_existing(directory));
    store::AuditLog::Filter filter{options.run, options.stage, options.secret};
    if (!options.run.empty())
      filter.run = TRY(TRY(need_history(options.history, invocation))->load(options.run)).id;
    if (log) uses = TRY(log->list(filter, options.most));
  }
  if (uses.empty() && !options.history.json)
    std::ignore = std::fputs("no secret was used that is known of\n", stderr);
  TRY(write_stdout(options.history.json ? uses_json(uses)
                                        : uses_text(uses, stdout_terminal(invocation.env))));
  return 0;
}

using Action = Result<int> (*)(const SecretsOptions&, const Invocation&);

void on_call(CLI::App& command, const std::shared_ptr<SecretsOptions>& options,
             Invocation& invocation, Action action) {
  command.callback([options, &invocation, action] {
    invocation.exit_code = exit_code_or_report(action(*options, invocation));
  });
}

void add_pipeline_command(CLI::App& command, SecretsOptions& options) {
  add_file_option(command, options.pipeline);
  command.add_flag("--json", options.json, "Print JSON");
}

void add_rotate(CLI::App& secrets, Invocation& invocation) {
  auto* const command = secrets.add_subcommand(
      "rotate", "Give a secret a new value and retire the old one, as its stage says");
  const auto options = std::make_shared<RunOptions>();
  command->add_option("NAME", options->rotate, "The secret that a stage of `kind: rotate` names")
      ->required();
  command->add_option("--file", options->pipeline.file, "The pipeline file")->type_name("FILE");
  add_value_options(*command, options->pipeline);
  add_secrets_file_option(*command, options->secrets_file);
  add_view_option(*command, options->ui);
  command->add_flag("-n,--dry-run", options->dry_run,
                    "Say what would happen and stop; asks nobody, changes nothing");
  command->callback([options, &invocation] {
    invocation.exit_code = exit_code_or_report(run_session(*options, invocation));
  });
}

}  // namespace

void add_secrets(CLI::App& root, Invocation& invocation) {
  auto* const command = root.add_subcommand(
      "secrets", "List, check and rotate the pipeline's secrets, and show who used them");
  const auto options = std::make_shared<SecretsOptions>();
  command->require_subcommand(1);

  auto* const list_command =
      command->add_subcommand("list", "List them: where each comes from and who gets it");
  add_pipeline_command(*list_command, *options);
  on_call(*list_command, options, invocation, list);

  auto* const check_command = command->add_subcommand(
      "check", "Ask every source: found, missing, refused; never shows a value");
  add_pipeline_command(*check_command, *options);
  add_secrets_file_option(*check_command, options->secrets_file);
  on_call(*check_command, options, invocation, check);

  add_rotate(*command, invocation);

  auto* const audit_command =
      command->add_subcommand("audit", "Show which stage of which run used which secret, and when");
  add_history_options(*audit_command, options->history);
  audit_command->add_option("--run", options->run, "An id or its beginning, a number, or 'latest'")
      ->type_name("RUN");
  audit_command->add_option("--stage", options->stage, "What this stage used")->type_name("STAGE");
  audit_command->add_option("--secret", options->secret, "Who used this one")->type_name("NAME");
  audit_command->add_option("-n,--limit", options->most, "How many of the newest to show")
      ->check(whole_number(1))
      ->type_name("N");
  on_call(*audit_command, options, invocation, audit);
}

}  // namespace pipectl::cli
