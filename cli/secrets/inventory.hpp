#pragma once

#include <string>
#include <vector>

#include "cli/pipeline_input.hpp"

namespace pipectl::cli {

/// A declared secret and who gets it. Never a value.
struct SecretEntry {
  std::string name;
  std::string provider;
  std::string source;  ///< in words: `DB_PASSWORD`, `secret/api#key`
  bool optional{false};
  /// Stages; `environment NAME` for the deploys of a run with -E; `source`; `notify NAME`.
  std::vector<std::string> users;
};

/// In the order of the file.
[[nodiscard]] std::vector<SecretEntry> secret_inventory(const config::LoadedPipeline& loaded);

}  // namespace pipectl::cli
