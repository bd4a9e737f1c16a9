#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "plugins/docker/client.hpp"

namespace pipectl::docker {

/// Why a call of docker failed, in one line, with the way out where the cause is known: no engine,
/// no permission, no such image, not logged in, no room. `what` stands before causes that are not
/// known. Fault::infrastructure, but for an image that cannot run a shell: Fault::step.
[[nodiscard]] Error explain(const Answer& answer, std::string_view what);

/// True when the same call may succeed later: the registry answered 5xx or 429, or the connection
/// broke.
[[nodiscard]] bool is_passing(const Answer& answer) noexcept;

/// True when docker waited for an answer until it gave up.
[[nodiscard]] bool says_no_answer(const Answer& answer) noexcept;

/// True when docker itself had tried it again, as it does with layers, for most of a minute.
[[nodiscard]] bool has_retried(const Answer& answer) noexcept;

/// What docker said itself: its last line with text, without its own prefixes.
[[nodiscard]] std::string last_words(const Answer& answer);

}  // namespace pipectl::docker
