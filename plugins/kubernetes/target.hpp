#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/api/lock_holder.hpp"
#include "plugins/kubernetes/cluster.hpp"
#include "plugins/kubernetes/lease.hpp"
#include "plugins/kubernetes/record.hpp"
#include "plugins/kubernetes/service_http.hpp"
#include "plugins/kubernetes/settings.hpp"

namespace pipectl::plugins::kubernetes {

/// A deploy to one Deployment and what belongs to it.
///
/// A *set* is a Deployment that carries the workload: `app` itself, or one of `app-blue` and
/// `app-green`, whose pods have a label `pipectl.dev/slot` that the Services ask for. The set that
/// serves is its *home*; the record in the cluster says which that is. A canary is `app-canary`,
/// whose pods the Services do not tell from those of the home.
class KubernetesTarget final : public DeployTarget, public LockHolder {
 public:
  KubernetesTarget(StageContext& context, Access access);
  ~KubernetesTarget() override;
  KubernetesTarget(const KubernetesTarget&) = delete;
  KubernetesTarget& operator=(const KubernetesTarget&) = delete;

  /// Everything that has to be known before anything is changed.
  [[nodiscard]] Result<void> open(const Settings& settings, DeployPurpose purpose);

  /// As Comparable::compare(): instead of open(), and everything else.
  [[nodiscard]] Result<std::vector<std::string>> compare(const Settings& settings);

  [[nodiscard]] std::string before() const override;
  Result<std::string> apply(const DeployStep& step, const DeployWork& work) override;
  Result<std::string> settle(const DeployStep& step, const DeployWork& work) override;
  Result<std::string> shift(const DeployStep& step, const DeployWork& work) override;
  Result<std::string> record(const DeployStep& step, const DeployWork& work) override;
  Result<std::string> retire(const DeployStep& step, const DeployWork& work) override;
  Result<std::string> restore(const DeployWork& work) override;
  Result<std::string> remove(DeployPlace place, const DeployWork& work) override;
  Result<std::string> go_back(const std::string& run, const DeployWork& work) override;
  Result<void> hold(const DeployWork& work) override { return lease_->take(work); }
  [[nodiscard]] bool has_lost() const noexcept override { return lease_->is_lost(); }
  [[nodiscard]] HttpClient* http() override { return &http_; }

 private:
  using Labels = std::map<std::string, std::string>;

  [[nodiscard]] Result<void> open_to_go_back(const Settings& settings);
  [[nodiscard]] bool is_unrecorded() const;
  [[nodiscard]] Result<std::string> go_back_unrecorded(const DeployWork& work);
  [[nodiscard]] Result<Release> release_to_go_back_to(const std::string& run) const;
  [[nodiscard]] Result<int> replicas_of(const Release& release, const ObjectList& objects,
                                        const DeployWork& work) const;
  [[nodiscard]] Result<void> bring_back(const Release& release, const DeployWork& work);
  [[nodiscard]] Result<void> take_away_others(const Release& release, const DeployWork& work);
  [[nodiscard]] Result<void> learn(const DeployWork& work);
  [[nodiscard]] Result<void> announce(const DeployWork& work);
  [[nodiscard]] Result<Release> found_running(const Live& live, const DeployWork& work) const;
  [[nodiscard]] Result<void> put_secrets(const DeployWork& work) const;

  /// The Deployment that a place stands for.
  [[nodiscard]] std::string set_of(DeployPlace place) const;
  [[nodiscard]] std::string home() const;
  [[nodiscard]] std::string other_set() const;
  [[nodiscard]] std::string canary() const { return plan_.workload.name + "-canary"; }
  [[nodiscard]] Labels slot_of(const std::string& set) const;
  /// The plan's objects with its Deployment as this set, and Services that select it.
  [[nodiscard]] Result<ObjectList> objects_for(const std::string& set,
                                               const Changes& changes) const;
  [[nodiscard]] Result<int> replicas_now(const DeployWork& work) const;
  [[nodiscard]] Result<std::optional<int>> autoscaled_number(const DeployWork& work) const;

  [[nodiscard]] Result<void> apply_instead(const DeployStep& step, const DeployWork& work);
  [[nodiscard]] Result<void> apply_mixed(const DeployWork& work);
  [[nodiscard]] Result<void> apply_apart(const DeployWork& work);
  [[nodiscard]] Result<std::string> shift_mixed(int percent, const DeployWork& work);
  [[nodiscard]] Result<void> mixed_back(const DeployWork& work);
  [[nodiscard]] Result<std::string> shift_apart(const DeployWork& work);
  [[nodiscard]] Result<std::string> apart_back(const DeployWork& work);
  [[nodiscard]] Result<void> autoscalers_back(const DeployWork& work);
  [[nodiscard]] Result<Selectors> bound_selectors(const DeployWork& work) const;
  [[nodiscard]] Result<void> apply_old_companions(const DeployWork& work);
  [[nodiscard]] Result<std::string> restore_release(const Release& release, const DeployWork& work);
  [[nodiscard]] Result<std::string> restore_recorded(const Release& release,
                                                     const DeployWork& work);
  [[nodiscard]] Result<std::string> restore_revision(const Release& release,
                                                     const DeployWork& work);
  [[nodiscard]] Result<std::string> restore_commit(const Release& release, const DeployWork& work);
  [[nodiscard]] Result<void> check_in_place(const Release& release) const;
  [[nodiscard]] std::optional<std::filesystem::path> repository() const;

  StageContext& context_;
  Kubectl kubectl_;
  Cluster cluster_;
  ServiceHttp http_;
  const Settings* settings_{nullptr};  ///< outlives this
  std::string me_;                     ///< run and stage, as record and lock know them
  ReleasePlan plan_;
  Record record_;
  bool is_record_applied_{false};  ///< by bring_back(), whatever came of it
  std::unique_ptr<Lease> lease_;
  std::unique_ptr<RecordBook> book_;
};

}  // namespace pipectl::plugins::kubernetes
