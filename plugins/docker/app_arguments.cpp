#include <fmt/format.h>

#include "plugins/docker/app_sets.hpp"

namespace pipectl::docker {
namespace {

void add_time(Arguments& arguments, const char* option, Milliseconds time) {
  if (time.count() > 0)
    arguments.insert(arguments.end(), {option, fmt::format("{}ms", time.count())});
}

void add_health(Arguments& arguments, const AppHealth& health) {
  if (!health.command.empty()) arguments.insert(arguments.end(), {"--health-cmd", health.command});
  add_time(arguments, "--health-interval", health.interval);
  add_time(arguments, "--health-timeout", health.timeout);
  add_time(arguments, "--health-start-period", health.start_period);
  if (health.retries > 0)
    arguments.insert(arguments.end(), {"--health-retries", std::to_string(health.retries)});
}

}  // namespace

Arguments create_arguments(const AppContainer& container, const AppRelease& release) {
  Arguments arguments{"create",
                      "--name",
                      container.name,
                      "--label",
                      "dev.pipectl.app=" + container.app,
                      "--label",
                      "dev.pipectl.set=" + release.set,
                      "--label",
                      "dev.pipectl.release=" + release.run,
                      "--network",
                      release.network,
                      "--network-alias",
                      container.app + "-" + release.set};
  for (const auto& [name, value] : release.env)
    arguments.insert(arguments.end(), {"--env", fmt::format("{}={}", name, value)});
  for (const std::string& volume : release.volumes)
    arguments.insert(arguments.end(), {"--volume", volume});
  if (!release.cpus.empty()) arguments.insert(arguments.end(), {"--cpus", release.cpus});
  if (!release.memory.empty()) arguments.insert(arguments.end(), {"--memory", release.memory});
  add_health(arguments, release.health);
  arguments.push_back(container.image);
  arguments.insert(arguments.end(), release.command.begin(), release.command.end());
  return arguments;
}

}  // namespace pipectl::docker
