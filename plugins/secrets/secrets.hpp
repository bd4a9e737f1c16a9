#pragma once

#include <filesystem>
#include <memory>

#include "core/api/secret_provider.hpp"

namespace pipectl::plugins {

[[nodiscard]] std::unique_ptr<SecretProvider> make_env_secrets();
[[nodiscard]] std::unique_ptr<SecretProvider> make_file_secrets();
[[nodiscard]] std::unique_ptr<SecretProvider> make_file_env_secrets();
[[nodiscard]] std::unique_ptr<SecretProvider> make_dotenv_secrets();
[[nodiscard]] std::unique_ptr<SecretProvider> make_command_secrets();
/// `folder` is where Docker puts them.
[[nodiscard]] std::unique_ptr<SecretProvider> make_docker_secrets(
    std::filesystem::path folder = "/run/secrets");
[[nodiscard]] std::unique_ptr<SecretProvider> make_kubernetes_secrets();
[[nodiscard]] std::unique_ptr<SecretProvider> make_aws_secrets();
[[nodiscard]] std::unique_ptr<SecretProvider> make_vault_secrets();
[[nodiscard]] std::unique_ptr<SecretProvider> make_keyring_secrets();

}  // namespace pipectl::plugins
