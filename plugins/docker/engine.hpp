#pragma once

#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// What has to be known of the engine before anything is made.
struct Engine {
  std::string version;
  bool rootless{false};  ///< root in a container is the user of this host
};

/// Asks the engine. Fault::infrastructure with the way out when none answers.
[[nodiscard]] Result<Engine> ask_engine(const Client& client, const Call& call);

/// A call of a minute at most, and of no more than the stage has left.
[[nodiscard]] Call within_stage(const StageContext& context);

/// For `--user`; empty: as the image says.
[[nodiscard]] std::string user_of(ContainerUser user, const Engine& engine);

}  // namespace pipectl::docker
