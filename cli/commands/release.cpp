#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "cli/session/session.hpp"
#include "cli/usage.hpp"

namespace pipectl::cli {

void add_release(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand("release", "Run the stages that release, and no others");
  const auto options = std::make_shared<RunOptions>();
  options->only_releases = true;
  add_file_option(*command, options->pipeline);
  add_value_options(*command, options->pipeline);
  command
      ->add_option("--secrets-file", options->secrets_file,
                   "Read secret values from a .env file that only you can read")
      ->type_name("PATH");
  const auto number = [](ui::UiMode mode) { return static_cast<int>(mode); };
  command->add_option("--ui", options->ui, "How to show the run")
      ->transform(numbered({{"auto", number(ui::UiMode::automatic)},
                            {"live", number(ui::UiMode::live)},
                            {"plain", number(ui::UiMode::plain)},
                            {"json", number(ui::UiMode::json)}}))
      ->type_name("auto|live|plain|json");
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
