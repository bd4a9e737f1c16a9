#pragma once

#include <string>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace pipectl {

/// Connects and hangs up. Tries every address of `host` in turn. Fault::step with the reason when
/// none accepts before the deadline; Fault::cancelled. A name server that does not answer holds up
/// neither the deadline nor the cancellation.
[[nodiscard]] Result<void> tcp_connect(const std::string& host, const std::string& port,
                                       SteadyTime deadline, const CancelToken& cancel);

}  // namespace pipectl
