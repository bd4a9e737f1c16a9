#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "plugins/docker/app_settings.hpp"
#include "plugins/docker/names.hpp"

namespace pipectl::docker {
namespace {

constexpr std::size_t longest_name = 30;
constexpr std::size_t most_bytes = std::size_t{64} << 10U;
constexpr int most_replicas = 100;

Result<std::string> image_name(const expr::Template& written, const StageContext& context) {
  std::string name = TRY(written.evaluate(context.scope));
  if (is_image_name(name)) return name;
  return fail(Fault::step, fmt::format("'{}' is no name of an image", printable(name)));
}

/// A part of a name in DNS, and of what docker and nginx call things.
bool is_app_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !name.empty() && name.size() <= longest_name && name.front() >= 'a' &&
         name.front() <= 'z' && name.back() != '-' && std::ranges::all_of(name, plain);
}

/// What docker takes as a name of something else than an app; nothing that is an option.
Result<std::string> plain_name(const expr::Template& written, const StageContext& context) {
  constexpr std::string_view others = "_.-";
  std::string name = TRY(written.evaluate(context.scope));
  const auto plain = [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           others.find(c) != std::string_view::npos;
  };
  if (!name.empty() && (!std::ranges::all_of(name, plain) || name.front() == '-'))
    return fail(Fault::step, fmt::format("'{}' is no name for docker", printable(name)));
  return name;
}

Result<AppProxy::Settings> proxy_of(const AppSettings::Proxy& settings, const std::string& app,
                                    const StageContext& context) {
  AppProxy::Settings proxy;
  proxy.drain = settings.drain;
  proxy.name = TRY(plain_name(settings.container, context));
  proxy.publish = TRY(evaluate_all(settings.publish, context.scope));
  if (!proxy.name.empty()) {
    proxy.owner = AppProxy::Owner::somebody;
    return proxy;
  }
  proxy.image = TRY(image_name(settings.image, context));
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

Result<int> replicas_of(const expr::Template& written, const StageContext& context) {
  const std::string text = TRY(written.evaluate(context.scope));
  int number = text.empty() ? 1 : 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool right = text.empty() || (error == std::errc{} && end == text.data() + text.size());
  if (right && number >= 1 && number <= most_replicas) return number;
  return fail(Fault::step, fmt::format("'{}' is no number of containers", printable(text)),
              fmt::format("`replicas` is a number from 1 to {}", most_replicas));
}

}  // namespace

Result<AppNames> names_of(const AppSettings& settings, const StageContext& context) {
  AppNames names{TRY(settings.name.evaluate(context.scope)), std::nullopt};
  if (!is_app_name(names.app))
    return fail(Fault::step, fmt::format("'{}' is no name of an app", printable(names.app)),
                fmt::format("lower-case letters, digits and '-', a letter first, at most {}",
                            longest_name));
  if (settings.proxy) names.proxy = TRY(proxy_of(*settings.proxy, names.app, context));
  return names;
}

Result<Client> client_of(const AppSettings& settings, StageContext& context) {
  EnvMap env = context.env;
  if (const std::string engine = TRY(plain_name(settings.context, context)); !engine.empty()) {
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
  release.replicas = TRY(replicas_of(settings.replicas, context));
  release.port = settings.port;
  release.network = TRY(plain_name(settings.network, context));
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
