#pragma once

#include <memory>

#include "core/exec/executor.hpp"

namespace pipectl {

class Jobserver;

/// How long a grandchild may keep a pipe open after the child has ended.
constexpr Milliseconds default_drain{2'000};

/// Runs commands as children of this process, from any number of threads. `jobserver` may be null;
/// it must outlive the executor. Undoes an ignored SIGCHLD: the kernel would reap the children.
[[nodiscard]] std::unique_ptr<Executor> make_local_executor(Jobserver* jobserver,
                                                            Milliseconds drain = default_drain);

}  // namespace pipectl
