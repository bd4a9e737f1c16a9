#pragma once

#include <filesystem>
#include <string>

#include "core/base/redactor.hpp"
#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// Writes what a container printed into a file, redacted. A log that cannot be kept fails nothing.
void keep_log(const Client& client, const std::string& container, const std::filesystem::path& file,
              const Redactor& redactor);

}  // namespace pipectl::docker
