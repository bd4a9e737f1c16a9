#pragma once

#include <map>
#include <string>
#include <vector>

#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// A container as `docker inspect` shows it.
struct ContainerState {
  std::string name;
  std::string service;  ///< of a Compose project; empty otherwise
  bool running{false};
  int exit_code{0};
  std::string health;           ///< `starting`, `healthy`, `unhealthy`; empty: no HEALTHCHECK
  std::string health_log;       ///< what its last probe said
  std::string address;          ///< in the first of its networks
  std::vector<unsigned> ports;  ///< that it listens on, as its image or Compose says
  std::map<unsigned, std::string> published;  ///< container's port -> port of this host
};

/// Pure: reads the output of `docker inspect`.
[[nodiscard]] Result<std::vector<ContainerState>> parse_states(const std::string& json);

[[nodiscard]] Result<std::vector<ContainerState>> inspect(const Client& client,
                                                          const std::vector<std::string>& names,
                                                          const Call& call);

}  // namespace pipectl::docker
