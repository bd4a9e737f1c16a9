#pragma once

#include <filesystem>
#include <string>

#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/model/pipeline.hpp"

namespace pipectl::cli {

/// Values of declared secrets from a .env file (`--secrets-file`); empty without one. Refused when
/// others can read it or when it names a secret that the pipeline does not declare.
[[nodiscard]] Result<EnvMap> read_secrets_file(const std::string& file, const Pipeline& pipeline,
                                               const std::filesystem::path& cwd);

}  // namespace pipectl::cli
