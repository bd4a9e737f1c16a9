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

/// The file that the options name, or the one that lies here: absolute.
[[nodiscard]] Result<std::filesystem::path> find_pipeline(const PipelineOptions& options,
                                                          const Invocation& invocation);

/// Finds and loads the file that the options name. An invalid file is Fault::usage, after every
/// diagnostic was printed to stderr; warnings are printed and the file is used.
[[nodiscard]] Result<std::unique_ptr<PipelineFile>> load_pipeline(const PipelineOptions& options,
                                                                  const Invocation& invocation,
                                                                  const Registry& registry);
/// The same for a run that has its variables already: those of the options do not count.
[[nodiscard]] Result<std::unique_ptr<PipelineFile>> load_pipeline_with(
    const std::map<std::string, std::string>& variables, const PipelineOptions& options,
    const Invocation& invocation, const Registry& registry);

/// A path as a person in `cwd` would write it.
[[nodiscard]] std::filesystem::path shown_path(const std::filesystem::path& file,
                                               const std::filesystem::path& cwd);

/// What -e and --env-file, and -p, give. Fault::usage on what is no NAME=VALUE.
[[nodiscard]] Result<std::map<std::string, std::string>> given_variables(
    const PipelineOptions& options, const std::filesystem::path& cwd);
[[nodiscard]] Result<std::map<std::string, std::string>> given_params(
    const PipelineOptions& options);

/// The commit that a run would be of now, as the CI system and the repository tell.
[[nodiscard]] Result<GitInfo> current_commit(const PipelineFile& file,
                                             const Invocation& invocation);

/// Everything that the command line, the CI system and the repository say about one run.
struct RunInput {
  Event event;
  GitInfo git;
  std::map<std::string, std::string> params;  ///< complete
  std::map<std::string, std::string> given;   ///< -p as given, for the record
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
