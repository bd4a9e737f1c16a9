#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/rotation_target.hpp"
#include "plugins/kubernetes/cluster.hpp"
#include "plugins/kubernetes/lease.hpp"
#include "plugins/kubernetes/restartable.hpp"
#include "plugins/kubernetes/service_http.hpp"

namespace pipectl::plugins::kubernetes {

/// What the file says below `kubernetes` of a rotation.
struct RotationSettings {
  expr::Template name_space;
  expr::Template context;
  expr::Template kubeconfig;
  expr::Template secret;
  std::string key;
  std::string previous;                 ///< key of the old value while both are valid; may be empty
  std::vector<expr::Template> restart;  ///< workloads
  Milliseconds deadline{120'000};       ///< of one roll-out
  Milliseconds request_timeout{20'000};
};

/// What a rotation is aimed at, as this run makes it.
struct RotationAim {
  Access access;
  std::string secret;
  std::string key;
  std::string previous;
  std::vector<Restartable> restart;
  Milliseconds deadline;
};

/// A key of a Secret, and the workloads that read it.
///
/// What is under way stands in a Secret of its own beside it, `NAME-rotation`, with both values:
/// the old one is not lost before it is retired, whatever dies, and no value is ever kept outside
/// the cluster. Locks: a Lease of the Secret; those of the workloads while they are started anew.
class KubernetesRotation final : public RotationTarget {
 public:
  KubernetesRotation(StageContext& context, RotationAim place);
  ~KubernetesRotation() override;
  KubernetesRotation(const KubernetesRotation&) = delete;
  KubernetesRotation& operator=(const KubernetesRotation&) = delete;

  [[nodiscard]] Result<void> open();

  [[nodiscard]] std::string name() const override;
  Result<std::optional<Rotation>> unfinished(const DeployWork& work) override;
  Result<std::string> current(const DeployWork& work) override;
  Result<void> write_down(const Rotation& rotation, const DeployWork& work) override;
  Result<std::string> put(const Rotation& rotation, const DeployWork& work) override;
  Result<std::string> restart(const DeployWork& work) override;
  Result<bool> drop_old(const Rotation& rotation, const DeployWork& work) override;
  Result<bool> put_back(const Rotation& rotation, const DeployWork& work) override;
  Result<void> forget(const DeployWork& work) override;
  [[nodiscard]] HttpClient* http() override { return &http_; }

 private:
  struct Change;
  [[nodiscard]] std::string record() const { return place_.secret + "-rotation"; }
  [[nodiscard]] Result<std::string> get(const std::string& secret, const DeployWork& work) const;
  [[nodiscard]] Result<bool> change(const Change& change, const DeployWork& work);
  [[nodiscard]] Result<std::string> restart_one(const Restartable& workload,
                                                const DeployWork& work);
  [[nodiscard]] Result<std::string> await(const Restartable& workload,
                                          const DeployWork& work) const;
  void tell_of_others(const DeployWork& work) const;

  RotationAim place_;
  Kubectl kubectl_;
  Cluster cluster_;
  ServiceHttp http_;
  std::string me_;  ///< run and stage, as the locks know them
  Lease lease_;
};

}  // namespace pipectl::plugins::kubernetes
