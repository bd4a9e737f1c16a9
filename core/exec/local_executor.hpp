#pragma once

#include <memory>

#include "core/exec/executor.hpp"

namespace pipectl {

class Jobserver;

/// Runs commands as children of this process. `jobserver` may be null; it must outlive the
/// executor.
[[nodiscard]] std::unique_ptr<Executor> make_local_executor(Jobserver* jobserver);

}  // namespace pipectl
