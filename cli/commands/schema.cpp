#include "core/config/schema.hpp"

#include <CLI/CLI.hpp>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"

namespace pipectl::cli {

void add_schema(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand("schema", "Print the JSON Schema of pipeline files");
  command->footer(
      "For editors: pipectl schema > pipeline.schema.json, then begin the file with\n"
      "# yaml-language-server: $schema=pipeline.schema.json");
  command->callback([&invocation] {
    const auto written = write_stdout(config::json_schema(make_registry()));
    invocation.exit_code = written ? 0 : report(written.error());
  });
}

}  // namespace pipectl::cli
