#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "cli/pipeline_input.hpp"
#include "cli/ui/style.hpp"

namespace pipectl::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ValidateOptions {
  PipelineOptions pipeline;
  bool json{false};
};

Json describe(const Diagnostic& diagnostic) {
  const Span& where = diagnostic.where;
  return Json{{"severity", diagnostic.severity == Severity::error ? "error" : "warning"},
              {"file", where.file != nullptr ? where.file->path : std::string{}},
              {"line", where.line},
              {"column", where.column},
              {"length", where.length},
              {"message", diagnostic.message},
              {"hint", diagnostic.hint}};
}

std::string as_json(const std::string& file, const Diagnostics& diagnostics) {
  Json json{{"v", 1}, {"file", file}, {"valid", !diagnostics.has_errors()}};
  json["diagnostics"] = Json::array();
  for (const auto& diagnostic : diagnostics.sorted())
    json["diagnostics"].push_back(describe(diagnostic));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string count(std::size_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string verdict(const std::string& file, const Pipeline& pipeline, const EnvMap& environment) {
  const auto terminal = stdout_terminal(environment);
  std::string text =
      fmt::format("{}: {}: {}", file, painted("valid", ui::Paint::green, terminal.colour),
                  count(pipeline.stages.size(), "stage"));
  if (!pipeline.groups.empty()) text += ", " + count(pipeline.groups.size(), "group");
  if (!pipeline.params.empty()) text += ", " + count(pipeline.params.size(), "parameter");
  if (!pipeline.secrets.empty()) text += ", " + count(pipeline.secrets.size(), "secret");
  return text + '\n';
}

Result<int> validate_as_json(const ValidateOptions& options, const Invocation& invocation) {
  const auto registry = make_registry();
  const auto file = TRY(config::find_file(options.pipeline.file, invocation.cwd));
  const auto shown = shown_path(file, invocation.cwd);
  Diagnostics diagnostics;
  std::deque<std::unique_ptr<SourceFile>> sources;
  const auto loaded = config::load(shown, registry, diagnostics, sources);
  TRY(write_stdout(as_json(shown.string(), diagnostics)));
  return loaded && !diagnostics.has_errors() ? 0 : 2;
}

Result<int> validate(const ValidateOptions& options, const Invocation& invocation) {
  if (options.json) return validate_as_json(options, invocation);
  const auto registry = make_registry();
  const auto file = TRY(load_pipeline(options.pipeline, invocation, registry));
  const auto shown = shown_path(file->file, invocation.cwd);
  TRY(write_stdout(verdict(shown.string(), file->loaded.pipeline, invocation.env)));
  return 0;
}

}  // namespace

void add_validate(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand("validate", "Check a pipeline file and show every problem");
  const auto options = std::make_shared<ValidateOptions>();
  add_file_option(*command, options->pipeline);
  command->add_flag("--json", options->json, "Print the problems as JSON");
  command->callback([options, &invocation] {
    invocation.exit_code = exit_code_or_report(validate(*options, invocation));
  });
}

}  // namespace pipectl::cli
