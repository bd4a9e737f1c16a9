#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl::docker {

/// A DOCKER_CONFIG of our own, so that a login of a stage is nobody else's and ends with it. It
/// starts from the user's: logins, contexts and plugins hold. Gone with the object.
class ClientConfig {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ClientConfig>> make(std::filesystem::path folder,
                                                                  const EnvMap& env);
  ~ClientConfig();
  ClientConfig(const ClientConfig&) = delete;
  ClientConfig& operator=(const ClientConfig&) = delete;
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  explicit ClientConfig(std::filesystem::path folder) : folder_(std::move(folder)) {}
  const std::filesystem::path folder_;
};

/// Pure: the user's config.json without what would carry a new login into their keychain.
[[nodiscard]] std::string private_config(const std::string& text);

}  // namespace pipectl::docker
