#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/output.hpp"
#include "cli/pipeline_input.hpp"
#include "cli/planning/graph_report.hpp"
#include "cli/usage.hpp"

namespace pipectl::cli {
namespace {

struct GraphOptions {
  PipelineOptions pipeline;
  std::string format{"tree"};
};

std::string draw(const GraphOptions& options, const Pipeline& pipeline, const EnvMap& environment) {
  if (options.format == "mermaid") return graph_mermaid(pipeline);
  if (options.format == "dot") return graph_dot(pipeline);
  return graph_tree(pipeline, stdout_terminal(environment));
}

Result<int> graph(const GraphOptions& options, const Invocation& invocation) {
  const auto registry = make_registry();
  const auto file = TRY(load_pipeline(options.pipeline, invocation, registry));
  TRY(write_stdout(draw(options, file->loaded.pipeline, invocation.env)));
  return 0;
}

}  // namespace

void add_graph(CLI::App& root, Invocation& invocation) {
  auto* command = root.add_subcommand("graph", "Draw the stages and what they need");
  const auto options = std::make_shared<GraphOptions>();
  add_file_option(*command, options->pipeline);
  command->add_option("--format", options->format, "How to draw (default: tree)")
      ->check(one_of(std::vector<std::string>{"tree", "mermaid", "dot"}))
      ->type_name("tree|mermaid|dot");
  command->callback([options, &invocation] {
    invocation.exit_code = exit_code_or_report(graph(*options, invocation));
  });
}

}  // namespace pipectl::cli
