#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugins/kubernetes/kubectl.hpp"
#include "plugins/kubernetes/objects.hpp"
#include "plugins/kubernetes/record.hpp"

namespace pipectl::plugins::kubernetes {

/// What runs under a Deployment's name right now.
struct Live {
  ObjectList object;  ///< as a list of one
  std::string image;
  int replicas{1};
  std::map<std::string, std::string> labels;  ///< of its pods
};

/// The deeds of a deploy on one namespace. All may be repeated.
class Cluster {
 public:
  explicit Cluster(const Kubectl& kubectl) : kubectl_(kubectl) {}

  [[nodiscard]] Result<void> ensure_namespace(const DeployWork& work) const;
  [[nodiscard]] Result<bool> has_namespace(const DeployWork& work) const;
  [[nodiscard]] Result<void> apply(const ObjectList& list, const DeployWork& work) const;
  /// What would change, if the server accepts the objects.
  [[nodiscard]] Result<std::string> difference(const ObjectList& list,
                                               const DeployWork& work) const;
  /// Asks the server whether it would accept the objects, and shows what would change.
  [[nodiscard]] Result<void> rehearse(const ObjectList& list, const DeployWork& work) const;
  [[nodiscard]] Result<std::optional<Live>> live(const std::string& deployment,
                                                 const DeployWork& work) const;
  /// Of the Services that select pods with these labels.
  [[nodiscard]] Result<Selectors> live_selectors(const std::map<std::string, std::string>& labels,
                                                 const DeployWork& work) const;
  [[nodiscard]] Result<bool> has_service(const std::string& name, const DeployWork& work) const;
  [[nodiscard]] Result<bool> has_autoscaler(const std::string& deployment,
                                            const DeployWork& work) const;
  [[nodiscard]] Result<void> scale(const std::string& deployment, int replicas,
                                   const DeployWork& work) const;
  /// Waits until the newest template is all that runs. An error says what holds it up.
  [[nodiscard]] Result<std::string> await_rollout(const std::string& deployment,
                                                  const DeployWork& work) const;
  /// To this revision; 0: to the one before.
  [[nodiscard]] Result<void> undo_rollout(const std::string& deployment, long revision,
                                          const DeployWork& work) const;
  /// The newest revision that runs this image, but for the present one. Fault::step when none is
  /// kept.
  [[nodiscard]] Result<long> earlier_revision(const std::string& deployment,
                                              const std::string& image,
                                              const DeployWork& work) const;
  [[nodiscard]] Result<void> remove_deployment(const std::string& deployment,
                                               const DeployWork& work) const;
  [[nodiscard]] Result<void> set_selector(const std::string& service,
                                          const std::map<std::string, std::string>& selector,
                                          const DeployWork& work) const;
  /// The label that only the pods of the Deployment's present template have.
  [[nodiscard]] Result<std::string> template_hash(const std::string& deployment,
                                                  const DeployWork& work) const;

 private:
  [[nodiscard]] std::string why_not_ready(const std::string& deployment,
                                          const DeployWork& work) const;

  const Kubectl& kubectl_;
};

}  // namespace pipectl::plugins::kubernetes
