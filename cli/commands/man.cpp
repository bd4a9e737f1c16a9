#include <CLI/CLI.hpp>

#include "cli/commands/commands.hpp"
#include "cli/docs/man_page.hpp"
#include "cli/output.hpp"

namespace pipectl::cli {

// For packagers; not in the help.
void add_man(CLI::App& root, Invocation& invocation) {
  root.add_subcommand("man", "Print the manual page")->group("")->callback([&root, &invocation] {
    const auto written = write_stdout(man_page(describe_commands(root)));
    invocation.exit_code = written ? 0 : report(written.error());
  });
}

}  // namespace pipectl::cli
