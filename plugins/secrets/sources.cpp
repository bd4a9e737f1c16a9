#include "plugins/secrets/sources.hpp"

#include "plugins/secrets/values.hpp"

namespace pipectl::plugins {

std::string source_of(const SecretDecl& secret) {
  return secret.arguments.empty() ? std::string{} : secret.arguments.front();
}

std::vector<std::string> source_variables(const SecretDecl& secret) {
  if (secret.provider == "env" || secret.provider == "file_env") return {source_of(secret)};
  return {};
}

std::optional<Error> source_flaw(const SecretDecl& secret, const EnvMap& host) {
  if (secret.provider == "file") return open_to_others(source_of(secret));
  if (secret.provider != "file_env") return std::nullopt;
  const auto path = file_of(secret, host);
  return path ? open_to_others(*path) : std::nullopt;
}

}  // namespace pipectl::plugins
