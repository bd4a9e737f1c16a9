#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/deploy_target.hpp"
#include "core/model/container_spec.hpp"
#include "plugins/docker/app_proxy.hpp"
#include "plugins/docker/app_release.hpp"
#include "plugins/docker/keys.hpp"

namespace pipectl::docker {

/// What a file says below `docker` of a deploy.
struct AppSettings {
  struct Proxy {
    expr::Template image;      ///< of one that pipectl makes
    expr::Template container;  ///< or one that somebody runs
    std::vector<expr::Template> publish;
    expr::Template config;  ///< a file; empty: the usual one
    Milliseconds drain{30'000};
  };
  expr::Template name;
  expr::Template context;
  expr::Template image;
  Pull pull{Pull::missing};
  std::vector<expr::Template> command;
  expr::Template replicas;
  unsigned port{0};
  expr::Template network;
  NamedTemplates env;
  std::vector<std::string> secrets;
  std::vector<expr::Template> volumes;
  std::string cpus;
  std::string memory;
  AppHealth health;
  std::optional<Proxy> proxy;
};

/// What has to be known of an app before its engine is asked.
struct AppNames {
  std::string app;
  std::optional<AppProxy::Settings> proxy;
};

/// Reports what is wrong; nothing then.
[[nodiscard]] std::optional<AppSettings> parse_app(yaml::Node value, const ParseContext& context);

[[nodiscard]] Result<AppNames> names_of(const AppSettings& settings, const StageContext& context);
/// The program for the engine that the file names, or that the environment does.
[[nodiscard]] Result<Client> client_of(const AppSettings& settings, StageContext& context);
/// The release that this run is to bring, but for its image.
[[nodiscard]] Result<AppRelease> release_of(const AppSettings& settings, const AppNames& names,
                                            const StageContext& context);

}  // namespace pipectl::docker
