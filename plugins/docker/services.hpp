#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "plugins/docker/client.hpp"
#include "plugins/docker/engine.hpp"
#include "plugins/docker/scratch.hpp"

namespace pipectl::docker {

/// Who talks to the services, which decides how they are reached.
enum class Reach {
  published,  ///< from this host: at ports of 127.0.0.1
  by_name,    ///< from a container in their network
};

/// What services are started with.
struct ServiceGround {
  const Client& client;
  const Engine& engine;
  std::string name;  ///< place_name(): what everything of theirs is named after
  Scratch& scratch;
  std::filesystem::path logs;  ///< where their output is kept
  Reach reach;
};

/// The services of one attempt of a stage, in a network of their own. Destroying them keeps their
/// logs and removes them.
class Services {
 public:
  virtual ~Services() = default;
  /// Networks in which they have their names.
  [[nodiscard]] virtual const std::vector<std::string>& networks() const noexcept = 0;
  /// PIPECTL_SERVICE_<NAME>_HOST, _PORT, and _PORT_<number> for each port.
  [[nodiscard]] virtual const EnvMap& env() const noexcept = 0;
};

/// Starts those of the stage and waits until each is healthy. Whatever was made is removed when one
/// of them does not get there.
[[nodiscard]] Result<std::unique_ptr<Services>> start_services(const ServiceGround& ground,
                                                               StageContext& context);

}  // namespace pipectl::docker
