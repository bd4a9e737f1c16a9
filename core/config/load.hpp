#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/api/registry.hpp"
#include "core/model/leniency.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl::config {

/// An entry below `notify:`; of several of one kind the others are called `slack-2`, `slack-3`.
struct NamedNotifier {
  std::string name;
  std::unique_ptr<Notifier> notifier;
};

/// A pipeline that may run: the model, and each stage's runner by stage name.
struct LoadedPipeline {
  Pipeline pipeline;
  std::map<std::string, std::unique_ptr<StageRunner>, std::less<>> runners;
  Leniency leniency;
  std::vector<NamedNotifier> notifiers;
  std::string digest;  ///< sha256 (hex) over every file that was read for it
};

/// Finds the pipeline file: `given` itself, or pipeline.yaml, pipeline.yml, .pipectl.yaml in
/// `start` or a parent up to the repository's root. Fault::usage says where it looked.
[[nodiscard]] Result<std::filesystem::path> find_file(const std::filesystem::path& given,
                                                      const std::filesystem::path& start);

/// Names of environment variables that the command line sets (-e, --env-file).
using Variables = std::set<std::string, std::less<>>;

/// Reads the file and its includes; `file` is shown in messages as it is given. Either a whole,
/// valid pipeline or every problem at once in `diagnostics` (warnings may come with a pipeline).
/// The diagnostics' spans point into texts that `sources` keeps alive; a pipeline takes them over.
///
/// `variables` count as coming from outside wherever an expression reads them: what the file says
/// about them does not hold in this run, so they may not be put into a command's text.
[[nodiscard]] std::optional<LoadedPipeline> load(const std::filesystem::path& file,
                                                 const Registry& registry, Diagnostics& diagnostics,
                                                 std::deque<std::unique_ptr<SourceFile>>& sources,
                                                 const Variables& variables = {});

}  // namespace pipectl::config
