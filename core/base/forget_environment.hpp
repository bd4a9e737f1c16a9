#pragma once

#include <span>
#include <string>

namespace pipectl {

/// Overwrites the values of these variables with zeros in this process's own environment, which the
/// kernel shows as /proc/PID/environ to every process of the same user. A copy made before
/// (host_environment) keeps them. No other thread may use the environment meanwhile.
void forget_environment(std::span<const std::string> names) noexcept;

/// From now on a crash of this process leaves no core dump, in which secrets would stand. What it
/// starts is not concerned. Signals that somebody handles already stay with their handlers.
void keep_out_of_core_dumps() noexcept;

}  // namespace pipectl
