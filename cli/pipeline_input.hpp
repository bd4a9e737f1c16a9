#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "cli/app.hpp"
#include "cli/pipeline_options.hpp"
#include "core/config/load.hpp"
#include "core/model/run_info.hpp"
#include "core/plan/plan.hpp"

namespace pipectl::cli {

/// A loaded pipeline file and all that its diagnostics point into.
struct PipelineFile {
  std::filesystem::path file;  ///< absolute
  std::filesystem::path root;  ///< the repository's root when the file lies in one, else its folder
  bool in_repository{false};
  std::deque<std::unique_ptr<SourceFile>> sources;
  Diagnostics diagnostics;
  config::LoadedPipeline loaded;
};

/// Finds and loads the file that the options name. An invalid file is Fault::usage, after every
/// diagnostic was printed to stderr; warnings are printed and the file is used.
[[nodiscard]] Result<std::unique_ptr<PipelineFile>> load_pipeline(const PipelineOptions& options,
                                                                  const Invocation& invocation,
                                                                  const Registry& registry);

/// A path as a person in `cwd` would write it.
[[nodiscard]] std::filesystem::path shown_path(const std::filesystem::path& file,
                                               const std::filesystem::path& cwd);

/// Everything that the command line, the CI system and the repository say about one run.
struct RunInput {
  Event event;
  GitInfo git;
  std::map<std::string, std::string> params;     ///< complete
  std::map<std::string, std::string> given;      ///< -p as given, for the record
  std::map<std::string, std::string> variables;
  std::string environment;
  plan::Plan plan;
};

/// Fault::usage with every problem of the options.
[[nodiscard]] Result<RunInput> resolve_input(const PipelineFile& file,
                                             const PipelineOptions& options,
                                             const Invocation& invocation);

/// The plan of an input: selection, event and target environment applied.
[[nodiscard]] Result<plan::Plan> plan_for(const Pipeline& pipeline, const RunInput& input,
                                          const plan::Selection& selection);

/// The environment of children: the host's without the source variables of declared secrets.
[[nodiscard]] EnvMap host_without_secrets(const Pipeline& pipeline, const EnvMap& host);

}  // namespace pipectl::cli
