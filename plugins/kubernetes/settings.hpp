#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"
#include "plugins/kubernetes/cluster.hpp"
#include "plugins/kubernetes/source.hpp"

namespace pipectl::plugins::kubernetes {

/// What the file says below `kubernetes`.
struct Settings {
  Source source;
  expr::Template name_space;
  expr::Template context;
  expr::Template kubeconfig;
  expr::Template image;       ///< empty: as in the manifests
  expr::Template deployment;  ///< empty: the only one of the manifests
  expr::Template container;
  expr::Template replicas;                                  ///< empty: as in the manifests
  std::map<std::string, std::vector<std::string>> secrets;  ///< Secret -> granted secrets in it
  Milliseconds request_timeout{20'000};
};

/// The release that a deploy brings, as this run makes it.
struct ReleasePlan {
  Workload workload;
  ObjectList objects;                ///< without Secrets; names as in the manifests
  std::vector<std::string> secrets;  ///< each an object, as it is put
  Selectors selectors;               ///< of the services in front of the workload
};

[[nodiscard]] Result<Access> access_of(const Settings& settings, const StageContext& context);
/// Reads the objects, sets the image and the number of replicas, makes the Secrets.
[[nodiscard]] Result<ReleasePlan> make_plan(const Settings& settings, const Kubectl& kubectl);
/// The image that is set must be the name of one before anything is done with it: an output of a
/// stage that was left out makes `app@` of `app@DIGEST`.
[[nodiscard]] Result<void> check_image(const Settings& settings, const StageContext& context);
/// So must the one that the plan ends up with, which manifests or a chart may have made.
[[nodiscard]] Result<void> check_image_of(const Workload& workload, const Settings& settings,
                                          const StageContext& context);
/// The objects as they are in this tree (an older checkout), with this image.
[[nodiscard]] Result<ObjectList> objects_in(const SourceTree& tree, const Settings& settings,
                                            const Kubectl& kubectl, const std::string& image);

}  // namespace pipectl::plugins::kubernetes
