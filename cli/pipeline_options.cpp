#include "cli/pipeline_options.hpp"

#include <CLI/CLI.hpp>

namespace pipectl::cli {

void add_file_option(CLI::App& command, PipelineOptions& options) {
  command.add_option("FILE", options.file,
                     "Pipeline file (default: pipeline.yaml, pipeline.yml or .pipectl.yaml here or "
                     "in a parent folder)");
}

void add_given_options(CLI::App& command, PipelineOptions& options) {
  // One value for each -p: `-p a=1 FILE` must not take FILE as a second one.
  command.add_option("-p,--param", options.params, "Set a parameter of the pipeline")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command.add_option("-e,--env", options.variables, "Set an environment variable of every stage")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command.add_option("--env-file", options.env_files, "Read such variables from a .env file")
      ->type_name("PATH")
      ->allow_extra_args(false);
  command.add_option("--event", options.event, "Act as if this event had happened")
      ->type_name("manual|push|pull_request|tag");
  command.add_option("--branch", options.branch, "Act as if on this branch")->type_name("NAME");
  command.add_option("--tag", options.tag, "Act as if on this tag")->type_name("NAME");
}

void add_value_options(CLI::App& command, PipelineOptions& options) {
  add_given_options(command, options);
  command
      .add_option("-E,--environment", options.environment,
                  "Target environment of stages that name none; stages of others are left out")
      ->type_name("NAME");
}

void add_selection_options(CLI::App& command, PipelineOptions& options) {
  command
      .add_option("-s,--stage", options.selection.only,
                  "Only this stage or group, without what it needs (may be repeated)")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command.add_option("--from", options.selection.from, "This stage and all that come after it")
      ->type_name("NAME");
  command.add_option("--until", options.selection.until, "This stage and all that it needs")
      ->type_name("NAME");
  command.add_option("--skip", options.selection.skip, "Leave this stage or group out")
      ->type_name("NAME")
      ->allow_extra_args(false);
}

}  // namespace pipectl::cli
