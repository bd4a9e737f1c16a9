#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl {

/// The file that starting `name` would execute. A name with a '/' stands for itself, relative to
/// `directory`; `sh` is the system's /bin/sh, as for make and system(3); any other is looked up in
/// the PATH of `env` (without one: /usr/local/bin:/usr/bin:/bin), whose relative entries are
/// relative to `directory` too, as is `sh` where there is no /bin/sh. Fault::step when there is
/// none (127, as a shell has it) or when what is there is not executable (126).
[[nodiscard]] Result<std::string> find_program(std::string_view name, const EnvMap& env,
                                               const std::filesystem::path& directory);

}  // namespace pipectl
