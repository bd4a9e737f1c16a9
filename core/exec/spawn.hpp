#pragma once

#include <sys/types.h>

#include "core/base/result.hpp"
#include "core/exec/command.hpp"

namespace pipectl {

class Jobserver;

/// What a new child finds at 0, 1 and 2. All of them lie above 2 here and are close-on-exec.
struct ChildStreams {
  int in;
  int out;
  int err;
};

/// Starts the command as the leader of a new session, and so of a process group of its own: without
/// a controlling terminal a program that would ask a person something fails instead of hanging.
/// Every signal has its default action and none is blocked; of all other descriptors the child has
/// only the jobserver's two, under the same numbers as here.
[[nodiscard]] Result<pid_t> spawn(const Command& command, const ChildStreams& streams,
                                  const Jobserver* jobserver);

}  // namespace pipectl
