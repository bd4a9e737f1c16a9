#pragma once

#include <optional>

#include "core/git/session.hpp"

namespace pipectl::git {

/// The login to send with the first request already: the granted secret. Servers that hide private
/// repositories answer 404, not 401, to who sends none. Fault::usage when it would go over plain
/// http to another machine.
[[nodiscard]] Result<std::optional<Login>> first_login(const Session& session);

/// The login after the server asked for one (401): what the URL holds, else the user's credential
/// helpers. Nothing when there is none. `tried`: what the server has refused already.
[[nodiscard]] std::optional<Login> next_login(const Session& session,
                                              const std::optional<Login>& tried);

}  // namespace pipectl::git
