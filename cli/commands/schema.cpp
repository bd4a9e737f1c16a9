#include "core/config/schema.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"

namespace pipectl::cli {

void add_schema(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand("schema", "Print the JSON Schema of pipeline files");
  command->footer(
      "For editors: pipectl schema > pipeline.schema.json, then begin the file with\n"
      "# yaml-language-server: $schema=pipeline.schema.json");
  // Hidden: docs/language.md is made with it, and a test compares the two.
  const auto markdown = std::make_shared<bool>(false);
  command->add_flag("--markdown", *markdown, "Print the tables of keys for the language reference")
      ->group("");
  command->callback([markdown, &invocation] {
    const auto registry = make_registry();
    const auto written =
        write_stdout(*markdown ? config::key_reference(registry) : config::json_schema(registry));
    invocation.exit_code = written ? 0 : report(written.error());
  });
}

}  // namespace pipectl::cli
