#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace pipectl::plugins::kubernetes {

/// Objects of Kubernetes travel as the JSON text of a List; these functions make one from another.
/// All are pure. Errors are Fault::step: the user's manifests are to blame.
using ObjectList = std::string;

/// Objects printed one after the other, or Lists of them, as one List.
[[nodiscard]] Result<ObjectList> to_list(const std::string& documents);

/// The Deployment that is deployed: its name, or the only one of the list.
struct Workload {
  std::string name;
  std::string image;  ///< of the container that gets the image
  int replicas{1};
  std::map<std::string, std::string> labels;  ///< of its pods
};
[[nodiscard]] Result<Workload> find_workload(const ObjectList& list, const std::string& name,
                                             const std::string& container);
/// A HorizontalPodAutoscaler in the list scales this Deployment.
[[nodiscard]] bool is_autoscaled(const ObjectList& list, const std::string& deployment);

/// What is changed in the Deployment before it is sent.
struct Changes {
  std::string image;      ///< empty: as written
  std::string container;  ///< empty: the only one, or the one of the same image
  std::optional<int> replicas;
  std::string surge;
  std::string unavailable;
};
[[nodiscard]] Result<ObjectList> with_changes(const ObjectList& list, const std::string& deployment,
                                              const Changes& changes);

/// Gives the Deployment another name, which its autoscalers follow, and its pods more labels, which
/// its selector asks for, too.
[[nodiscard]] Result<ObjectList> as_set(const ObjectList& list, const std::string& deployment,
                                        const std::string& name,
                                        const std::map<std::string, std::string>& labels);

enum class Keep { these, others };
/// The objects of these kinds, or all others.
[[nodiscard]] ObjectList select(const ObjectList& list, const std::vector<std::string>& kinds,
                                Keep keep);
/// The list without the Deployment of this name.
[[nodiscard]] ObjectList without_deployment(const ObjectList& list, const std::string& name);
/// The list with no other Deployment than this one, and nothing else.
[[nodiscard]] ObjectList only_deployment(const ObjectList& list, const std::string& name);
[[nodiscard]] bool is_empty(const ObjectList& list);

/// Name and selector of every Service that selects pods with these labels.
using Selectors = std::map<std::string, std::map<std::string, std::string>>;
[[nodiscard]] Selectors services_of(const ObjectList& list,
                                    const std::map<std::string, std::string>& labels);
/// The same list, its services with these selectors.
[[nodiscard]] ObjectList with_selectors(const ObjectList& list, const Selectors& selectors);

/// What the cluster itself wrote into objects, taken out, so that they can be applied again.
[[nodiscard]] Result<ObjectList> without_live_fields(const ObjectList& list);

}  // namespace pipectl::plugins::kubernetes
