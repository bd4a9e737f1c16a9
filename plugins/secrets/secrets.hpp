#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/api/secret_provider.hpp"

namespace pipectl::plugins {

[[nodiscard]] std::unique_ptr<SecretProvider> make_env_secrets();
[[nodiscard]] std::unique_ptr<SecretProvider> make_file_secrets();
[[nodiscard]] std::unique_ptr<SecretProvider> make_command_secrets();

/// A value without the line break that editors and commands put at its end.
[[nodiscard]] inline std::string without_line_break(std::string value) {
  if (value.ends_with('\n')) value.pop_back();
  if (value.ends_with('\r')) value.pop_back();
  return value;
}

}  // namespace pipectl::plugins
