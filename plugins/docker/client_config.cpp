#include "plugins/docker/client_config.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <system_error>

#include "core/base/files.hpp"

namespace pipectl::docker {
namespace {

namespace fs = std::filesystem;

fs::path config_of_user(const EnvMap& env) {
  if (const auto given = env.find("DOCKER_CONFIG"); given != env.end()) return given->second;
  const auto home = env.find("HOME");
  return home == env.end() ? fs::path() : fs::path(home->second) / ".docker";
}

}  // namespace

std::string private_config(const std::string& text) {
  using Json = nlohmann::json;
  Json config = Json::parse(text, nullptr, false);
  if (!config.is_object()) config = Json::object();
  Json kept = Json::object();
  // credHelpers are only asked for their own registries; a helper for all would take new logins in.
  for (const auto* key :
       {"auths", "credHelpers", "currentContext", "proxies", "HttpHeaders", "cliPluginsExtraDirs"})
    if (config.contains(key)) kept[key] = config[key];
  return kept.dump();
}

Result<std::unique_ptr<ClientConfig>> ClientConfig::make(fs::path folder, const EnvMap& env) {
  std::error_code error;
  fs::remove_all(folder, error);
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error)
    return fail(Fault::infrastructure,
                fmt::format("cannot make {}: {}", folder.string(), error.message()));
  auto config = std::unique_ptr<ClientConfig>(new ClientConfig(std::move(folder)));
  const fs::path user = config_of_user(env);
  const auto text = read_file(user / "config.json");
  TRY(write_file_atomically(config->folder() / "config.json", private_config(text.value_or("")),
                            0600));
  for (const auto* shared : {"contexts", "cli-plugins"})
    if (fs::is_directory(user / shared, error))
      fs::create_directory_symlink(fs::absolute(user / shared), config->folder() / shared, error);
  return config;
}

ClientConfig::~ClientConfig() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace pipectl::docker
