#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/session/session.hpp"
#include "cli/session/session_options.hpp"
#include "cli/usage.hpp"

namespace pipectl::cli {
namespace {

/// Options of CLI11 that are enumerations of ours.
void add_modes(CLI::App& command, RunOptions& options) {
  const auto number = [](auto mode) { return static_cast<int>(mode); };
  add_view_option(command, options.ui);
  command
      .add_option("--worktree", options.worktree,
                  "Work on the tree as it is, or on a clean copy of HEAD")
      ->transform(
          numbered({{"dirty", number(WorktreeMode::dirty)}, {"head", number(WorktreeMode::head)}}))
      ->type_name("dirty|head");
  command
      .add_option("--jobserver", options.jobserver,
                  "Form of the jobserver that nested builds see; fifo needs make 4.4")
      ->transform(numbered(
          {{"pipe", number(JobserverStyle::pipe)}, {"fifo", number(JobserverStyle::fifo)}}))
      ->type_name("pipe|fifo");
}

void add_run_options(CLI::App& command, RunOptions& options) {
  command
      .add_option("-j,--jobs", options.jobs,
                  "How many stages may run at once (default: one for each processor)")
      ->check(whole_number(1, 4096))
      ->type_name("N");
  command.add_flag("-k,--keep-going", options.keep_going,
                   "After a failure, go on with what does not depend on it");
  command.add_flag("-n,--dry-run", options.dry_run, "Show what would run and stop");
  command.add_flag("-q,--quiet", options.quiet,
                   "Show how stages end, and what they print only when they fail");
  command.add_flag("--no-cache", options.no_cache, "Neither use nor write caches");
  add_secrets_file_option(command, options.secrets_file);
  command.add_option("--resume", options.resume, "Go on with a run that failed or died")
      ->expected(0, 1)
      ->default_str("latest")
      ->type_name("RUN");
}

/// `--resume` alone means the latest run; in `--resume FILE` the word is the file, not a run.
void name_resumed(RunOptions& options, const Invocation& invocation) {
  const std::string word = options.resume.value_or("");
  const bool is_file = !word.empty() && options.pipeline.file.empty() &&
                       std::filesystem::exists(invocation.cwd / word);
  if (is_file) options.pipeline.file = word;
  if (word.empty() || is_file) options.resume = "latest";
}

}  // namespace

void add_run(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand("run", "Run a pipeline");
  const auto options = std::make_shared<RunOptions>();
  add_file_option(*command, options->pipeline);
  add_value_options(*command, options->pipeline);
  add_selection_options(*command, options->pipeline);
  add_run_options(*command, *options);
  add_modes(*command, *options);
  command->callback([options, command, &invocation] {
    if (command->count("--resume") > 0) name_resumed(*options, invocation);
    const auto code = run_session(*options, invocation);
    invocation.exit_code = code ? *code : report(code.error());
  });
}

}  // namespace pipectl::cli
