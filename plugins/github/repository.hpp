#pragma once

#include <string>
#include <string_view>

#include "core/base/env.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::github {

/// `OWNER/NAME` as GitHub spells them.
[[nodiscard]] bool is_repository(std::string_view text) noexcept;

/// `GITHUB_API_URL` (as GitHub Enterprise sets it), else that of the remote where this is on
/// `SUB.ghe.com`, else https://api.github.com.
[[nodiscard]] std::string api_url(const EnvMap& environment, std::string_view remote);
/// Where people look: `https://github.com` of `https://api.github.com`.
[[nodiscard]] std::string web_url(std::string_view api_url);
/// `https://SUB.ghe.com` where a remote is there, else nothing: what is stored of a remote.
[[nodiscard]] std::string residence_of(std::string_view remote);

/// `OWNER/NAME` of a remote's URL (https, ssh or `git@host:…`) when it lies on the server whose API
/// is at `api_url`; empty otherwise.
[[nodiscard]] std::string repository_of(std::string_view remote, std::string_view api_url);

/// What is configured, else the CI job's GITHUB_REPOSITORY, else that of `origin`; may be empty.
[[nodiscard]] std::string repository_for(const std::string& configured, const EnvMap& host,
                                         const GitInfo& git);

}  // namespace pipectl::github
