#include <CLI/CLI.hpp>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"

namespace pipectl::cli {

void add_version(CLI::App& root, Invocation& invocation) {
  root.add_subcommand("version", "Print the version")->callback([&invocation] {
    const auto written = write_stdout("pipectl " PIPECTL_VERSION "\n");
    invocation.exit_code = written ? 0 : report(written.error());
  });
}

}  // namespace pipectl::cli
