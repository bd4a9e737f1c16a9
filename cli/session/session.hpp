#pragma once

#include "cli/app.hpp"
#include "cli/session/run_options.hpp"

namespace pipectl::cli {

/// `pipectl run`, from the file to the exit code: load, resolve, lock, check out, run, show, tidy.
/// An error is one that kept the run from starting or broke it; how stages ended is in the code.
[[nodiscard]] Result<int> run_session(RunOptions options, const Invocation& invocation);

}  // namespace pipectl::cli
