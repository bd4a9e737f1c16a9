#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "plugins/kubernetes/cluster.hpp"

namespace pipectl::plugins::kubernetes {

/// Where the objects of a release come from, as the file says: one of the first three.
struct Source {
  expr::Template manifests;  ///< a file or folder
  expr::Template kustomize;  ///< a folder with a kustomization
  expr::Template chart;      ///< a Helm chart: a folder, an archive, or a reference that helm knows
  expr::Template version;    ///< of the chart; empty: the newest
  expr::Template release;    ///< name of the chart's release
  std::vector<expr::Template> values;         ///< files
  std::map<std::string, expr::Template> set;  ///< single values, as texts
};

/// Where its files lie, and under which lifetime they are read.
struct SourceTree {
  std::filesystem::path root{};  ///< paths are relative to it; empty: to the stage's directory
  DeployWork work{};
};
/// The objects as JSON.
[[nodiscard]] Result<ObjectList> load_objects(const Source& source, const Kubectl& kubectl,
                                              const SourceTree& tree);
/// The command that makes or names them, for `plan`.
[[nodiscard]] std::string describe(const Source& source, const expr::Scope& scope);

}  // namespace pipectl::plugins::kubernetes
