#pragma once

#include <string>
#include <vector>

#include "core/api/deploy_target.hpp"
#include "plugins/docker/app_release.hpp"
#include "plugins/docker/arguments.hpp"
#include "plugins/docker/client.hpp"
#include "plugins/docker/service_state.hpp"

namespace pipectl::docker {

/// The containers of an app: a set for each release that is there. All deeds may be repeated.
class AppSets {
 public:
  AppSets(const Client& client, StageContext& context, std::string app)
      : client_(client), context_(context), app_(std::move(app)) {}

  /// Starts what is missing of it. `secrets` are those of the release: each is a file below
  /// /run/secrets, in the container only.
  [[nodiscard]] Result<void> bring_up(const AppRelease& release, const EnvMap& secrets,
                                      const DeployWork& work) const;
  /// Until all of it is healthy; then what ends is started again, as long as the engine lives.
  [[nodiscard]] Result<void> await_healthy(const AppRelease& release, const DeployWork& work) const;
  /// Names of the sets of which there is anything.
  [[nodiscard]] Result<std::vector<std::string>> all(const DeployWork& work) const;
  /// Ends its containers, which may take as long as their images say, and removes them.
  [[nodiscard]] Result<void> remove(const std::string& set, const DeployWork& work) const;
  /// The name in the network that all of a set have in common.
  [[nodiscard]] std::string alias(const std::string& set) const { return app_ + "-" + set; }

 private:
  struct One {
    std::string name;
    std::string state;  ///< `running`, `created`, …
  };
  [[nodiscard]] Result<std::vector<One>> containers(const std::string& set,
                                                    const DeployWork& work) const;
  [[nodiscard]] Result<void> start(const AppRelease& release, const std::string& name,
                                   const EnvMap& secrets, const DeployWork& work) const;
  [[nodiscard]] Result<void> require_network(const std::string& name, const DeployWork& work) const;
  [[nodiscard]] Result<std::string> image_of(const AppRelease& release,
                                             const DeployWork& work) const;
  void tell_logs(const std::string& name, const DeployWork& work) const;
  [[nodiscard]] Error unhealthy(const ContainerState& state, const std::string& why,
                                const DeployWork& work) const;

  const Client& client_;
  StageContext& context_;
  std::string app_;
};

/// What a container of an app is made with. Pure; no secret gets in.
struct AppContainer {
  std::string app;
  std::string name;
  std::string image;
};
[[nodiscard]] Arguments create_arguments(const AppContainer& container, const AppRelease& release);

}  // namespace pipectl::docker
