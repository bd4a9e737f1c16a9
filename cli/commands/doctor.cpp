#include "cli/doctor/doctor.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"

namespace pipectl::cli {
namespace {

struct DoctorOptions {
  PipelineOptions pipeline;
  bool json{false};
};

Result<int> doctor(const DoctorOptions& options, const Invocation& invocation) {
  const auto registry = make_registry();
  const auto file = TRY(load_pipeline(options.pipeline, invocation, registry));
  std::vector<Finding> findings;
  const auto add = [&](std::vector<Finding> more) {
    std::move(more.begin(), more.end(), std::back_inserter(findings));
  };
  add(check_pipeline(*file));
  add(check_repository(*file));
  add(check_programs(*file, invocation));
  add(check_tools(*file, invocation));
  add(check_containers(*file, invocation));
  add(check_secrets(*file, registry, invocation));
  add(check_state_dir(*file, invocation));
  TRY(write_stdout(options.json ? doctor_json(findings)
                                : doctor_text(findings, stdout_terminal(invocation.env))));
  return is_healthy(findings) ? 0 : 1;
}

}  // namespace

void add_doctor(CLI::App& root, Invocation& invocation) {
  auto* command =
      root.add_subcommand("doctor", "Check every tool and secret that the pipeline needs");
  const auto options = std::make_shared<DoctorOptions>();
  add_file_option(*command, options->pipeline);
  command->add_flag("--json", options->json, "Print the result as JSON");
  command->callback([options, &invocation] {
    invocation.exit_code = exit_code_or_report(doctor(*options, invocation));
  });
}

}  // namespace pipectl::cli
