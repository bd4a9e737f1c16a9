#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/result.hpp"

namespace pipectl::store {

struct ArtifactRequest {
  std::filesystem::path workspace;  ///< nothing from outside of it is ever collected
  std::filesystem::path directory;  ///< the stage's working directory: patterns are relative to it
  std::vector<std::string> patterns;  ///< see FilePattern
  std::filesystem::path target;       ///< RunStore::artifacts_dir; replaced as a whole
  std::filesystem::path state_dir{};  ///< never collected from
};

struct Artifact {
  std::string path;  ///< relative to the working directory, any bytes
  std::uint64_t bytes{0};
  std::string sha256;
};

struct Collected {
  std::vector<Artifact> files;        ///< sorted by path
  std::vector<std::string> warnings;  ///< a pattern that found nothing, a link to nothing, a socket
};

/// Copies what the patterns name into the run, so that later changes do not alter it.
///
/// As users of other CI systems know it: a folder stands for all in it, a pattern that finds
/// nothing is a warning and no failure, hidden files are taken. Links that stay in the workspace
/// are kept as their content; one that leads out is Fault::step, and nothing is collected then. A
/// full disk and unreadable files are Fault::infrastructure. May be repeated: the last one counts.
Result<Collected> collect_artifacts(const ArtifactRequest& request, const CancelToken& cancel);

}  // namespace pipectl::store
