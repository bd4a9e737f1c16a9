#pragma once

#include <string_view>

#include "cli/ui/terminal.hpp"
#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl::cli {

/// Writes data to stdout, all of it. A reader that has gone away is its own business; a full disk
/// is Fault::infrastructure.
Result<void> write_stdout(std::string_view data);

/// The same for one who goes on writing, and wants to know when nobody reads any more.
enum class Reader { there, gone };
[[nodiscard]] Result<Reader> write_to_reader(std::string_view data);

/// What stdout can show.
[[nodiscard]] ui::Terminal stdout_terminal(const EnvMap& environment);

/// The exit code of a command: its own, or that of the error, which is reported.
[[nodiscard]] int exit_code_or_report(const Result<int>& result);

}  // namespace pipectl::cli
