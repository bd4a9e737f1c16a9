#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/session/session.hpp"
#include "cli/session/session_options.hpp"

namespace pipectl::cli {
namespace {

void add_target(CLI::App& command, RunOptions& options) {
  command.add_option("ENVIRONMENT", options.deploy_to, "Environment of the pipeline")->required();
  add_file_option(command, options.pipeline);
  add_given_options(command, options.pipeline);
  add_secrets_file_option(command, options.secrets_file);
  add_view_option(command, options.ui);
}

void go(const RunOptions& options, Invocation& invocation) {
  const auto code = run_session(options, invocation);
  invocation.exit_code = code ? *code : report(code.error());
}

}  // namespace

void add_deploy(CLI::App& root, Invocation& invocation) {
  auto* command =
      root.add_subcommand("deploy", "Run the stages that deploy to an environment, and no others");
  const auto options = std::make_shared<RunOptions>();
  add_target(*command, *options);
  command->add_flag("-n,--dry-run", options->dry_run, "Show what would run and stop");
  command->callback([options, &invocation] { go(*options, invocation); });
}

void add_rollback(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand(
      "rollback", "Take an environment back to the release before, or to that of a run");
  const auto options = std::make_shared<RunOptions>();
  const auto to = std::make_shared<std::string>();
  add_target(*command, *options);
  command->add_option("--to", *to, "The run whose release is brought back")->type_name("RUN");
  command->callback([options, to, &invocation] {
    options->go_back = *to;
    go(*options, invocation);
  });
}

}  // namespace pipectl::cli
