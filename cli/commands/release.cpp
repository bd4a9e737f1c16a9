#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "cli/session/session.hpp"
#include "cli/session/session_options.hpp"

namespace pipectl::cli {

void add_release(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand("release", "Run the stages that release, and no others");
  const auto options = std::make_shared<RunOptions>();
  options->only_releases = true;
  add_file_option(*command, options->pipeline);
  add_value_options(*command, options->pipeline);
  add_secrets_file_option(*command, options->secrets_file);
  add_view_option(*command, options->ui);
  command->add_flag("-n,--dry-run", options->dry_run,
                    "Say exactly what would happen and stop; needs no secret and no network");
  command->add_option("--resume", options->resume, "Go on with a run that failed or died")
      ->expected(0, 1)
      ->default_str("latest")
      ->type_name("RUN");
  command->callback([options, command, &invocation] {
    if (command->count("--resume") > 0 && options->resume.value_or("").empty())
      options->resume = "latest";
    invocation.exit_code = exit_code_or_report(run_session(*options, invocation));
  });
}

}  // namespace pipectl::cli
