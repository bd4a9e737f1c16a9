#pragma once

#include <string>
#include <vector>

#include "core/base/env.hpp"
#include "plugins/docker/service_state.hpp"
#include "plugins/docker/services.hpp"

namespace pipectl::docker {

struct ServiceAddress {
  std::string name;   ///< as the variables have it
  std::string alias;  ///< its name in the network
  std::vector<unsigned> ports;
};

/// Pure: adds PIPECTL_SERVICE_<NAME>_HOST, _PORT (of its first port) and _PORT_<number>. For this
/// host only ports that are published count.
void add_service_env(const ServiceAddress& service, const ContainerState& state, Reach reach,
                     EnvMap& env);

}  // namespace pipectl::docker
