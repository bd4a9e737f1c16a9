#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/api/deploy_target.hpp"
#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// A name in the network, and how many percent of the requests go there.
using Shares = std::vector<std::pair<std::string, int>>;

/// The file that says where an app's requests go. Pure.
[[nodiscard]] std::string traffic_file(const std::string& app, const Shares& shares, unsigned port);
/// A whole nginx.conf for an app whose file names none. Pure.
[[nodiscard]] std::string usual_proxy_config(const std::string& app);

/// The nginx in front of an app. It is told where requests go by a file and a reload: it takes no
/// new request for the old set from then on, and brings those to an end that it has.
class AppProxy {
 public:
  /// Whose it is: made here, or a container that somebody else runs.
  enum class Owner { we, somebody };
  struct Settings {
    Owner owner{Owner::we};
    std::string name;   ///< of the container
    std::string image;  ///< of one that is ours
    std::vector<std::string> publish;
    Milliseconds drain{30'000};
  };
  struct Traffic {
    Shares shares;
    unsigned port{0};
    std::string network;
    std::string config;  ///< nginx.conf of one that is ours
  };
  AppProxy(const Client& client, StageContext& context, std::string app, Settings settings)
      : client_(client), context_(context), app_(std::move(app)), settings_(std::move(settings)) {}

  /// Returns when all new requests go where they should. Fault::step when nginx refuses its files.
  [[nodiscard]] Result<void> send(const Traffic& traffic, const DeployWork& work) const;
  /// Until every request of an earlier way has its answer, or the time for that is over.
  [[nodiscard]] Result<void> drain(const DeployWork& work) const;
  /// Of one that is ours.
  [[nodiscard]] Result<void> remove(const DeployWork& work) const;

 private:
  struct Worker {
    std::string pid;
    bool leaving{false};
  };
  enum class State { absent, stopped, running };
  [[nodiscard]] Result<State> state(const DeployWork& work) const;
  [[nodiscard]] Result<std::vector<Worker>> workers(const DeployWork& work) const;
  [[nodiscard]] Result<void> make(const Traffic& traffic, const DeployWork& work) const;
  [[nodiscard]] Result<void> put_files(const Traffic& traffic, const DeployWork& work) const;
  [[nodiscard]] Result<void> start(const DeployWork& work) const;
  [[nodiscard]] Result<void> reload(const DeployWork& work) const;

  const Client& client_;
  StageContext& context_;
  std::string app_;
  Settings settings_;
};

}  // namespace pipectl::docker
