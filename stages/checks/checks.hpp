#pragma once

#include <memory>

#include "core/api/health_check.hpp"

namespace pipectl::stages {

[[nodiscard]] std::unique_ptr<HealthCheckKind> make_http_check();
[[nodiscard]] std::unique_ptr<HealthCheckKind> make_tcp_check();
[[nodiscard]] std::unique_ptr<HealthCheckKind> make_command_check();

/// A text with `${{ }}`, read and checked; nothing when absent or wrong (reported).
[[nodiscard]] std::optional<expr::Template> read_template(std::string_view key,
                                                          yaml::Reader& reader,
                                                          const ParseContext& context);
/// As evaluated, or as written where a value is not known yet.
[[nodiscard]] std::string shown(const expr::Template& text, const expr::Scope& scope);

}  // namespace pipectl::stages
