#include "plugins/docker/service_env.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"

namespace pipectl::docker {

void add_service_env(const ServiceAddress& service, const ContainerState& state, Reach reach,
                     EnvMap& env) {
  const std::string stem = "PIPECTL_SERVICE_" + env_name(service.name);
  env[stem + "_HOST"] = reach == Reach::published ? "127.0.0.1" : service.alias;
  for (const unsigned port : service.ports) {
    std::string number = std::to_string(port);
    if (reach == Reach::published) {
      const auto published = state.published.find(port);
      if (published == state.published.end()) continue;
      number = published->second;
    }
    env.try_emplace(stem + "_PORT", number);
    env[fmt::format("{}_PORT_{}", stem, port)] = number;
  }
}

}  // namespace pipectl::docker
