#include "plugins/docker/app_sets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "core/store/tar_text.hpp"
#include "plugins/docker/container.hpp"
#include "plugins/docker/deploy_call.hpp"
#include "plugins/docker/explain.hpp"
#include "plugins/docker/image.hpp"

namespace pipectl::docker {
namespace {

constexpr Milliseconds between_set_looks{300};

/// Files below /run/secrets that any user in the container may read, as other tools put them there.
std::vector<store::TarItem> items_of(const EnvMap& secrets) {
  std::vector<store::TarItem> items{{.path = "run/", .mode = 0755},
                                    {.path = "run/secrets/", .mode = 0755}};
  for (const auto& [name, value] : secrets)
    items.push_back({.path = "run/secrets/" + name, .content = value, .mode = 0444});
  return items;
}

}  // namespace

Result<std::vector<AppSets::One>> AppSets::containers(const std::string& set,
                                                      const DeployWork& work) const {
  const std::string lines =
      TRY(client_.must({"ps", "--all", "--filter", "label=dev.pipectl.app=" + app_, "--filter",
                        "label=dev.pipectl.set=" + set, "--format", "{{.Names}} {{.State}}"},
                       deploy_call(context_, work)));
  std::vector<One> found;
  for (const auto line : split(lines, '\n')) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) continue;
    found.push_back({std::string{line.substr(0, space)}, std::string{trim(line.substr(space))}});
  }
  return found;
}

Result<void> AppSets::require_network(const std::string& name, const DeployWork& work) const {
  const Call call = deploy_call(context_, work);
  if (TRY(client_.ask({"network", "inspect", name}, call)).success()) return {};
  TRY(client_.must({"network", "create", "--label", "dev.pipectl.app=" + app_, name}, call));
  return {};
}

/// The very image, under whatever name; of its registry when it is not here any more.
Result<std::string> AppSets::image_of(const AppRelease& release, const DeployWork& work) const {
  const Call call = deploy_call(context_, work);
  if (TRY(find_image(client_, release.image_id, call))) return release.image_id;
  if (release.digest.empty())
    return fail(Fault::step,
                fmt::format("the image {} ({}) is not in the engine any more",
                            printable(release.image), release.image_id),
                "no registry had it: deploy it again");
  TRY(client_.must({"pull", "--quiet", release.digest}, call));
  return release.digest;
}

Result<void> AppSets::start(const AppRelease& release, const std::string& name,
                            const EnvMap& secrets, const DeployWork& work) const {
  const Call call = deploy_call(context_, work);
  const std::string image = TRY(image_of(release, work));
  auto arguments = create_arguments({app_, name, image}, release);
  TRY(client_.must(std::move(arguments), call));
  if (!secrets.empty()) {
    Call with_input = call;
    with_input.input = TRY(store::tar_text(items_of(secrets)));
    TRY(client_.must({"cp", "-", name + ":/"}, with_input));
  }
  auto started = client_.must({"start", name}, call);
  if (started) return {};
  // A command that is not in the image is the release's fault.
  const bool of_engine = started.error().message.find("OCI runtime") == std::string::npos;
  if (!of_engine) started.error().fault = Fault::step;
  return tl::unexpected(started.error());
}

Result<void> AppSets::bring_up(const AppRelease& release, const EnvMap& secrets,
                               const DeployWork& work) const {
  TRY(require_network(release.network, work));
  const auto there = TRY(containers(release.set, work));
  for (int i = 1; i <= release.replicas; ++i) {
    const std::string name = fmt::format("{}-{}", alias(release.set), i);
    const auto found = std::ranges::find(there, name, &One::name);
    if (found != there.end() && found->state == "running") continue;
    // One that was never started may lack its secrets.
    if (found != there.end())
      TRY(client_.must({"rm", "--force", name}, deploy_call(context_, work)));
    TRY(start(release, name, secrets, work));
  }
  return {};
}

void AppSets::tell_logs(const std::string& name, const DeployWork& work) const {
  const auto logs = client_.ask({"logs", "--tail", "20", name}, deploy_call(context_, work));
  if (!logs) return;
  for (const std::string& text : {logs->out, logs->err})
    for (const auto line : split(text, '\n'))
      if (!trim(line).empty()) context_.emit.note(fmt::format("{}: {}", name, line));
}

Error AppSets::unhealthy(const ContainerState& state, const std::string& why,
                         const DeployWork& work) const {
  tell_logs(state.name, work);
  return Error{Fault::step, fmt::format("{} {}", state.name, why),
               "the last lines that it wrote stand in the stage's log"};
}

Result<void> AppSets::await_healthy(const AppRelease& release, const DeployWork& work) const {
  const Call call = deploy_call(context_, work);
  std::vector<std::string> names;
  for (int i = 1; i <= release.replicas; ++i)
    names.push_back(fmt::format("{}-{}", alias(release.set), i));
  while (true) {
    const ContainerState* waited = nullptr;
    const auto states = TRY(inspect(client_, names, call));
    for (const ContainerState& state : states) {
      if (!state.running)
        return tl::unexpected(
            unhealthy(state, fmt::format("ended with exit code {}", state.exit_code), work));
      if (state.health.empty())
        return fail(Fault::step,
                    fmt::format("nothing tells when {} is healthy", printable(release.image)),
                    "give its image a HEALTHCHECK, or the deploy a `healthcheck`");
      if (state.health == "unhealthy")
        return tl::unexpected(
            unhealthy(state, fmt::format("is unhealthy: {}", printable(state.health_log)), work));
      if (state.health != "healthy") waited = &state;
    }
    if (waited == nullptr) break;
    if (context_.clock.steady() >= *call.deadline)
      return tl::unexpected(unhealthy(*waited, "was not healthy in time", work));
    if (call.cancel.wait_for(between_set_looks))
      return fail(Fault::cancelled, describe(call.cancel.reason()));
  }
  Arguments update{"update", "--restart", "unless-stopped"};
  update.insert(update.end(), names.begin(), names.end());
  TRY(client_.must(std::move(update), call));
  return {};
}

Result<std::vector<std::string>> AppSets::all(const DeployWork& work) const {
  const std::string lines =
      TRY(client_.must({"ps", "--all", "--filter", "label=dev.pipectl.app=" + app_, "--format",
                        "{{.Label \"dev.pipectl.set\"}}"},
                       deploy_call(context_, work)));
  std::vector<std::string> sets;
  for (const auto line : split(lines, '\n')) {
    const std::string set{trim(line)};
    if (!set.empty() && std::ranges::find(sets, set) == sets.end()) sets.push_back(set);
  }
  return sets;
}

Result<void> AppSets::remove(const std::string& set, const DeployWork& work) const {
  const auto there = TRY(containers(set, work));
  if (there.empty()) return {};
  Arguments stop{"stop"};
  Arguments rm{"rm", "--force", "--volumes"};
  for (const One& one : there) {
    stop.push_back(one.name);
    rm.push_back(one.name);
  }
  // What does not end within its time the engine kills; what is gone already is as it should be.
  TRY(client_.ask(std::move(stop), deploy_call(context_, work)));
  TRY(client_.must(std::move(rm), deploy_call(context_, work)));
  return {};
}

}  // namespace pipectl::docker
