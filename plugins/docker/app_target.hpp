#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/lock_holder.hpp"
#include "plugins/docker/app_proxy.hpp"
#include "plugins/docker/app_sets.hpp"
#include "plugins/docker/app_settings.hpp"
#include "plugins/docker/engine_book.hpp"

namespace pipectl::docker {

/// A deploy of containers behind a proxy. The new set comes up beside the one that runs; when it is
/// healthy the proxy sends the requests there. Where the release stands makes no difference:
/// `instead` is switched as soon as it is healthy, `apart` and `mixed` when they are shifted.
class AppTarget final : public DeployTarget, public LockHolder {
 public:
  AppTarget(StageContext& context, Client client, AppNames names);

  /// Everything that has to be known before anything is changed.
  [[nodiscard]] Result<void> open(const AppSettings& settings, DeployPurpose purpose);

  [[nodiscard]] std::string before() const override;
  Result<std::string> apply(const DeployStep& step, const DeployWork& work) override;
  Result<std::string> settle(const DeployStep& step, const DeployWork& work) override;
  Result<std::string> shift(const DeployStep& step, const DeployWork& work) override;
  Result<std::string> record(const DeployStep& step, const DeployWork& work) override;
  Result<std::string> retire(const DeployStep& step, const DeployWork& work) override;
  Result<std::string> restore(const DeployWork& work) override;
  Result<std::string> remove(DeployPlace place, const DeployWork& work) override;
  Result<std::string> go_back(const std::string& run, const DeployWork& work) override;
  Result<void> hold(const DeployWork& work) override { return lock_.take(work); }
  [[nodiscard]] bool has_lost() const noexcept override { return lock_.is_lost(); }

 private:
  /// What ran before this deploy, or null.
  [[nodiscard]] const AppRelease* old() const;
  [[nodiscard]] Result<EnvMap> secrets_of(const AppRelease& release) const;
  [[nodiscard]] Result<void> bring_up(const AppRelease& release, const DeployWork& work) const;
  [[nodiscard]] Result<void> send(const AppRelease& release, int share,
                                  const DeployWork& work) const;
  /// What there is but this set; it must carry no requests any more.
  [[nodiscard]] Result<void> remove_others(const std::string& kept, const DeployWork& work) const;
  [[nodiscard]] Result<void> tidy_an_earlier_one(const DeployWork& work) const;
  [[nodiscard]] Result<void> keep_images(const DeployWork& work) const;
  [[nodiscard]] Result<AppRelease> release_to_go_back_to(const std::string& run,
                                                         const DeployWork& work) const;
  [[nodiscard]] Result<void> write(const DeployWork& work) const;

  StageContext& context_;
  Client client_;
  std::string app_;
  EngineLock lock_;
  EngineRecord book_;
  AppSets sets_;
  std::optional<AppProxy> proxy_;
  AppRecord record_;
  AppRelease release_;
};

/// What a deploy would change. Nothing is pulled, locked or started.
[[nodiscard]] Result<std::vector<std::string>> compare_app(const AppSettings& settings,
                                                           const AppNames& names,
                                                           const Client& client,
                                                           StageContext& context);

}  // namespace pipectl::docker
