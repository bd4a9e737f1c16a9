#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "core/base/base64.hpp"
#include "core/base/files.hpp"
#include "plugins/docker/names.hpp"
#include "plugins/docker/publish_spec.hpp"
#include "plugins/docker/registry.hpp"

namespace pipectl::docker {
namespace {

using Json = nlohmann::json;

std::string folder_of_docker(const EnvMap& env) {
  if (const auto given = env.find("DOCKER_CONFIG"); given != env.end()) return given->second;
  const auto home = env.find("HOME");
  return home == env.end() ? std::string{} : home->second + "/.docker";
}

/// As `docker login` calls it: `https://index.docker.io/v1/` is `docker.io`.
std::string registry_in(std::string key) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (key.starts_with(scheme)) key.erase(0, scheme.size());
  key.erase(std::min(key.find('/'), key.size()));
  return key == "index.docker.io" ? "docker.io" : key;
}

}  // namespace

std::optional<ImageName> parse_image_name(const std::string& name) {
  if (!is_image_name(name)) return std::nullopt;
  ImageName parsed;
  parsed.registry = registry_of(name);
  std::string rest = name;
  if (rest.starts_with(parsed.registry + "/")) rest.erase(0, parsed.registry.size() + 1);
  const auto at = rest.find('@');
  const auto colon = at == std::string::npos ? rest.find(':') : at;
  parsed.reference = colon == std::string::npos ? "latest" : rest.substr(colon + 1);
  parsed.repository = rest.substr(0, std::min(rest.find(':'), rest.find('@')));
  if (parsed.registry == "docker.io" && parsed.repository.find('/') == std::string::npos)
    parsed.repository.insert(0, "library/");
  if (parsed.repository.empty() || parsed.reference.empty()) return std::nullopt;
  return parsed;
}

RegistryLogins logins_of_docker(const EnvMap& env) {
  RegistryLogins logins;
  const auto text = read_file(folder_of_docker(env) + "/config.json");
  const Json config = Json::parse(text.value_or(""), nullptr, false);
  if (!config.is_object() || !config.contains("auths") || !config["auths"].is_object())
    return logins;
  for (const auto& [key, entry] : config["auths"].items()) {
    if (!entry.is_object() || !entry.contains("auth") || !entry["auth"].is_string()) continue;
    const auto pair = decode_base64(entry["auth"].get<std::string>());
    const auto colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos) continue;
    logins[registry_in(key)] = {pair->substr(0, colon), pair->substr(colon + 1)};
  }
  return logins;
}

std::map<std::string, std::string> challenge_parameters(std::string_view challenge) {
  std::map<std::string, std::string> parameters;
  challenge.remove_prefix(std::min(challenge.find(' '), challenge.size()));
  while (true) {
    const auto equals = challenge.find("=\"");
    if (equals == std::string_view::npos) return parameters;
    const auto end = challenge.find('"', equals + 2);
    if (end == std::string_view::npos) return parameters;
    std::string name{challenge.substr(0, equals)};
    name.erase(0, name.find_first_not_of(", \t") == std::string::npos
                      ? name.size()
                      : name.find_first_not_of(", \t"));
    parameters[name] = challenge.substr(equals + 2, end - equals - 2);
    challenge.remove_prefix(end + 1);
  }
}

}  // namespace pipectl::docker
