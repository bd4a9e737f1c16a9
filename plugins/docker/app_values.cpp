#include <fmt/format.h>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/app_settings.hpp"
#include "plugins/docker/app_words.hpp"
#include "plugins/docker/names.hpp"

namespace pipectl::docker {
namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 10U;

Result<AppProxy::Settings> proxy_of(const AppSettings::Proxy& settings, const std::string& app,
                                    const StageContext& context) {
  AppProxy::Settings proxy;
  proxy.drain = settings.drain;
  proxy.name = TRY(plain_name(TRY(settings.container.evaluate(context.scope))));
  proxy.publish = TRY(evaluate_all(settings.publish, context.scope));
  if (!proxy.name.empty()) {
    proxy.owner = AppProxy::Owner::somebody;
    return proxy;
  }
  proxy.image = TRY(image_name(TRY(settings.image.evaluate(context.scope))));
  proxy.name = app + "-proxy";
  return proxy;
}

Result<std::string> proxy_config(const AppSettings& settings, const std::string& app,
                                 const StageContext& context) {
  if (!settings.proxy || settings.proxy->image.text().empty()) return std::string{};
  const std::string name = TRY(settings.proxy->config.evaluate(context.scope));
  if (name.empty()) return usual_proxy_config(app);
  const auto path = context.directory / name;
  if (!lies_within(path, context.workspace))
    return fail(Fault::step, fmt::format("'{}' lies outside the workspace", printable(name)));
  auto text = read_file(path, most_bytes);
  if (!text) return fail(Fault::step, text.error().message, text.error().hint);
  return *std::move(text);
}

}  // namespace

Result<AppNames> names_of(const AppSettings& settings, const StageContext& context) {
  AppNames names{TRY(app_name(TRY(settings.name.evaluate(context.scope)))), std::nullopt};
  if (settings.proxy) names.proxy = TRY(proxy_of(*settings.proxy, names.app, context));
  return names;
}

Result<Client> client_of(const AppSettings& settings, StageContext& context) {
  EnvMap env = context.env;
  const std::string engine = TRY(plain_name(TRY(settings.context.evaluate(context.scope))));
  if (!engine.empty()) {
    env.erase("DOCKER_HOST");  // it would win
    env["DOCKER_CONTEXT"] = engine;
  }
  return Client{context.executor, std::move(env), &context.emit};
}

Result<AppRelease> release_of(const AppSettings& settings, const AppNames& names,
                              const StageContext& context) {
  AppRelease release;
  release.run = context.run_id + "/" + context.stage;
  release.set = set_name(context.run_id, context.stage);
  release.command = TRY(evaluate_all(settings.command, context.scope));
  release.replicas = TRY(replica_number(TRY(settings.replicas.evaluate(context.scope))));
  release.port = settings.port;
  release.network = TRY(plain_name(TRY(settings.network.evaluate(context.scope))));
  if (release.network.empty()) release.network = names.app;
  for (auto& [name, value] : TRY(evaluate_all(settings.env, context.scope)))
    release.env.emplace(std::move(name), std::move(value));
  release.secrets = settings.secrets;
  release.volumes = TRY(evaluate_all(settings.volumes, context.scope));
  release.cpus = settings.cpus;
  release.memory = settings.memory;
  release.health = settings.health;
  release.proxy_config = TRY(proxy_config(settings, names.app, context));
  return release;
}

}  // namespace pipectl::docker
