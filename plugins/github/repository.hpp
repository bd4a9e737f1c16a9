#pragma once

#include <string>
#include <string_view>

#include "core/base/env.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::github {

/// `OWNER/NAME` as GitHub spells them.
[[nodiscard]] bool is_repository(std::string_view text) noexcept;

/// `OWNER/NAME` of a remote's URL (https, ssh or `git@host:…`) when it lies on the server whose API
/// is at `api_url`; empty otherwise.
[[nodiscard]] std::string repository_of(std::string_view remote, std::string_view api_url);

/// What is configured, else the CI job's GITHUB_REPOSITORY, else that of `origin`; may be empty.
[[nodiscard]] std::string repository_for(const std::string& configured, const EnvMap& host,
                                         const GitInfo& git);

}  // namespace pipectl::github
