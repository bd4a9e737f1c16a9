#pragma once

#include "cli/app.hpp"

namespace CLI {
class App;
}

namespace pipectl::cli {

// One function, one file for each command: it adds the command and its options to the tree and a
// callback that does the work and sets `invocation.exit_code`. Option values live in a shared_ptr
// that the callback holds. The list in app.cpp is the order of `pipectl --help`.
void add_run(CLI::App& root, Invocation& invocation);
void add_deploy(CLI::App& root, Invocation& invocation);
void add_rollback(CLI::App& root, Invocation& invocation);
void add_release(CLI::App& root, Invocation& invocation);
void add_approve(CLI::App& root, Invocation& invocation);
void add_validate(CLI::App& root, Invocation& invocation);
void add_plan(CLI::App& root, Invocation& invocation);
void add_graph(CLI::App& root, Invocation& invocation);
void add_schema(CLI::App& root, Invocation& invocation);
void add_init(CLI::App& root, Invocation& invocation);
void add_doctor(CLI::App& root, Invocation& invocation);
void add_runs(CLI::App& root, Invocation& invocation);
void add_logs(CLI::App& root, Invocation& invocation);
void add_explain(CLI::App& root, Invocation& invocation);
void add_report(CLI::App& root, Invocation& invocation);
void add_secrets(CLI::App& root, Invocation& invocation);
void add_completion(CLI::App& root, Invocation& invocation);
void add_version(CLI::App& root, Invocation& invocation);
void add_man(CLI::App& root, Invocation& invocation);

/// The whole tree, for parsing, completion and the manual page.
void add_commands(CLI::App& root, Invocation& invocation);

}  // namespace pipectl::cli
