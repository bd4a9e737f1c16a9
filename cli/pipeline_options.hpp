#pragma once

#include <string>
#include <vector>

#include "core/plan/plan.hpp"

namespace CLI {
class App;
}

namespace pipectl::cli {

/// What the command line says about which pipeline, with which values, on which event, which part.
/// Shared by run, plan, graph, doctor and validate, so that they mean the same.
struct PipelineOptions {
  std::string file;
  std::vector<std::string> params;     ///< NAME=VALUE
  std::vector<std::string> variables;  ///< NAME=VALUE
  std::vector<std::string> env_files;
  std::string event;
  std::string branch;
  std::string tag;
  std::string environment;
  plan::Selection selection;
};

/// FILE alone.
void add_file_option(CLI::App& command, PipelineOptions& options);
/// -p, -e, --env-file, --event, --branch, --tag.
void add_given_options(CLI::App& command, PipelineOptions& options);
/// The same, and -E.
void add_value_options(CLI::App& command, PipelineOptions& options);
/// -s, --from, --until, --skip.
void add_selection_options(CLI::App& command, PipelineOptions& options);

}  // namespace pipectl::cli
