#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/exec/executor.hpp"

namespace pipectl {

/// One process as /proc/PID/stat has it. Source: proc(5).
struct ProcessEntry {
  pid_t pid{0};
  std::string name;  ///< of the program, at most 15 bytes
  char state{'?'};   ///< Z: ended, but not reaped
  pid_t parent{0};
  pid_t group{0};
  pid_t session{0};
  std::uint64_t start_ticks{0};
  [[nodiscard]] bool alive() const noexcept { return state != 'Z' && state != 'X'; }
  [[nodiscard]] ProcessId id() const noexcept { return {pid, start_ticks}; }
};

/// Nothing when there is no such process.
[[nodiscard]] std::optional<ProcessEntry> read_process(pid_t pid);

/// Every process that this one may see, in the order of /proc.
[[nodiscard]] std::vector<ProcessEntry> all_processes();

/// Sends a signal to exactly this process, never to a later one of the same pid. False when it is
/// gone or may not be signalled.
bool signal_process(const ProcessId& process, int signal);

}  // namespace pipectl
