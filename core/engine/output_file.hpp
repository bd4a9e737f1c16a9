#pragma once

#include <filesystem>

#include "core/base/redactor.hpp"
#include "core/base/result.hpp"
#include "core/model/outcome.hpp"

namespace pipectl {

/// Reads what a stage appended to $PIPECTL_OUTPUT: `key=value` lines, and heredocs for several
/// lines (`key<<END`, lines, `END`). The last value of a key wins. No file is no outputs.
/// Fault::step on a malformed line (with its number), a key outside [A-Za-z_][A-Za-z0-9_-]*, an
/// unfinished heredoc, more than 1 MiB, a zero byte, two keys that are one environment variable
/// (`a-b`, `A_B`), or a value that holds a secret.
[[nodiscard]] Result<Outputs> read_outputs(const std::filesystem::path& file,
                                           const Redactor& redactor);

/// The parsing alone.
[[nodiscard]] Result<Outputs> parse_outputs(std::string_view text);

}  // namespace pipectl
