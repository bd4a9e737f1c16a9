#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/git/checkout.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl {

/// Which files a run works on.
enum class WorktreeMode {
  dirty,  ///< the working tree in place, as it is
  head,   ///< a clean copy of the repository's HEAD, in the run's own folder
};

struct WorkspaceRequest {
  const Source* source{nullptr};  ///< `source:` of the pipeline, or null
  std::string ref;                ///< its ref, evaluated
  std::string secret;             ///< value of its secret, or empty
  WorktreeMode mode{WorktreeMode::dirty};
  std::filesystem::path root;      ///< the repository, or the file's folder
  std::filesystem::path run_work;  ///< runs/<id>/work
  std::filesystem::path mirror_dir;
  std::filesystem::path base;  ///< a relative `source.url` starts here
  EnvMap environment;
};

struct Workspace {
  std::filesystem::path path;
  GitInfo git;       ///< empty values when the tree is used in place
  bool fresh{true};  ///< false: an earlier try of this run had made it
};

/// Makes the folder that stages work in. A resumed run finds what its earlier try had checked out,
/// as a whole or not at all.
[[nodiscard]] Result<Workspace> make_workspace(
    const WorkspaceRequest& request, const std::function<void(const git::Progress&)>& progress,
    const CancelToken& cancel);

}  // namespace pipectl
