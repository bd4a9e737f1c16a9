#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "cli/planning/difference.hpp"
#include "cli/planning/plan_report.hpp"

namespace pipectl::cli {
namespace {

struct PlanOptions {
  PipelineOptions pipeline;
  bool json{false};
  bool names{false};
  bool diff{false};
};

Result<int> plan(const PlanOptions& options, const Invocation& invocation) {
  const auto registry = make_registry();
  const auto file = TRY(load_pipeline(options.pipeline, invocation, registry));
  const auto input = TRY(resolve_input(*file, options.pipeline, invocation));
  if (options.names) {
    TRY(write_stdout(plan_names(input)));
    return 0;
  }
  const auto forecasts =
      forecast(*file, input, invocation, options.diff ? Detail::difference : Detail::preview);
  const auto text = options.json ? plan_json(forecasts, input, file->file.string())
                                 : plan_text(forecasts, input, stdout_terminal(invocation.env));
  TRY(write_stdout(text));
  return exit_code_of(forecasts);
}

}  // namespace

void add_plan(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand("plan", "Show what would run, and why the rest would not");
  const auto options = std::make_shared<PlanOptions>();
  add_file_option(*command, options->pipeline);
  add_value_options(*command, options->pipeline);
  add_selection_options(*command, options->pipeline);
  auto* json = command->add_flag("--json", options->json, "Print the plan as JSON");
  auto* names =
      command->add_flag("--names", options->names, "Print only the names of stages and groups")
          ->excludes(json);
  command
      ->add_flag("--diff", options->diff,
                 "Ask where deploys go what they would change; needs the cluster or the engine")
      ->excludes(names);
  command->callback([options, &invocation] {
    invocation.exit_code = exit_code_or_report(plan(*options, invocation));
  });
}

}  // namespace pipectl::cli
