#pragma once

#include <memory>

#include "core/api/health_check.hpp"

namespace pipectl::stages {

[[nodiscard]] std::unique_ptr<HealthCheckKind> make_http_check();
[[nodiscard]] std::unique_ptr<HealthCheckKind> make_tcp_check();
[[nodiscard]] std::unique_ptr<HealthCheckKind> make_command_check();

}  // namespace pipectl::stages
