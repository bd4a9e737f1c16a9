#include <fmt/format.h>

#include "core/base/text.hpp"
#include "plugins/docker/app_target.hpp"
#include "plugins/docker/changes.hpp"
#include "plugins/docker/deploy_call.hpp"
#include "plugins/docker/engine.hpp"
#include "plugins/docker/image.hpp"
#include "plugins/docker/names.hpp"

namespace pipectl::docker {
namespace {

std::map<std::string, std::string> as_names(const std::vector<std::string>& names) {
  std::map<std::string, std::string> map;
  for (const std::string& name : names) map.emplace(name, "");
  return map;
}

std::string shown_id(const std::string& id) {
  constexpr std::size_t short_id = 19;  // sha256: and twelve digits
  return id.substr(0, short_id);
}

std::string shown_size(const std::string& bytes) {
  const auto size = parse_size(bytes);
  return size ? human_size(*size) : bytes;
}

}  // namespace

Result<std::vector<std::string>> compare_app(const AppSettings& settings, const AppNames& names,
                                             const Client& client, StageContext& context) {
  TRY(ask_engine(client, within_stage(context)));
  const EngineRecord book{client, context, "pipectl-app-" + names.app};
  AppRecord record;
  if (const auto text = TRY(book.read({}))) record = TRY(app_record_of(*text));
  AppRelease now = TRY(release_of(settings, names, context));
  now.image = TRY(settings.image.evaluate(context.scope));
  std::optional<Image> image;  // of a name that is known before the run
  if (is_image_name(now.image))
    image = TRY(find_image(client, now.image, deploy_call(context, {})));
  if (!record.running)
    return std::vector<std::string>{
        fmt::format("the first release: {} x {}", now.replicas, printable(now.image))};
  const AppRelease& old = *record.running;
  Changes changes;
  changes.value("image", old.image, now.image);
  if (old.image == now.image && image)
    changes.value("image id", shown_id(old.image_id), shown_id(image->id));
  changes.value("command", join(old.command, " "), join(now.command, " "));
  changes.value("replicas", std::to_string(old.replicas), std::to_string(now.replicas));
  changes.value("port", std::to_string(old.port), std::to_string(now.port));
  changes.value("network", old.network, now.network);
  changes.value("cpus", old.cpus, now.cpus);
  changes.value("memory", shown_size(old.memory), shown_size(now.memory));
  changes.value("healthcheck", old.health.command, now.health.command);
  changes.names("env", old.env, now.env);
  changes.names("secrets", as_names(old.secrets), as_names(now.secrets));
  changes.names("volumes", as_names(old.volumes), as_names(now.volumes));
  changes.names("proxy", {{"config", old.proxy_config}}, {{"config", now.proxy_config}});
  return std::move(changes).lines();
}

}  // namespace pipectl::docker
