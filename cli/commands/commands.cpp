#include "cli/commands/commands.hpp"

namespace pipectl::cli {

void add_commands(CLI::App& root, Invocation& invocation) {
  add_run(root, invocation);
  add_deploy(root, invocation);
  add_rollback(root, invocation);
  add_release(root, invocation);
  add_approve(root, invocation);
  add_validate(root, invocation);
  add_plan(root, invocation);
  add_graph(root, invocation);
  add_schema(root, invocation);
  add_init(root, invocation);
  add_doctor(root, invocation);
  add_runs(root, invocation);
  add_logs(root, invocation);
  add_explain(root, invocation);
  add_report(root, invocation);
  add_secrets(root, invocation);
  add_completion(root, invocation);
  add_version(root, invocation);
  add_man(root, invocation);
}

}  // namespace pipectl::cli
