#pragma once

#include <string_view>

#include "core/base/env.hpp"
#include "core/base/result.hpp"

namespace pipectl {

/// The `.env` format as docker and the dotenv libraries agree on it: `NAME=value` lines, an
/// optional `export `, `#` comments on a line of their own or after white space, 'literal' and
/// "quoted" values
/// (\n, \t, \", \\ and line breaks in the latter). Nothing is ever expanded.
/// Fault::usage with the line's number; `file` is for the message, no value is ever in it.
[[nodiscard]] Result<EnvMap> parse_dotenv(std::string_view text, std::string_view file);

/// [A-Za-z_][A-Za-z0-9_]*
[[nodiscard]] bool is_env_name(std::string_view name) noexcept;

}  // namespace pipectl
