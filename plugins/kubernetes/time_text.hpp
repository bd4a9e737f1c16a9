#pragma once

#include <optional>
#include <string>

#include "core/base/clock.hpp"

namespace pipectl::plugins::kubernetes {

/// The moment that `2026-11-20T15:52:01`, with or without a fraction, says in UTC.
[[nodiscard]] std::optional<WallTime> parse_time(const std::string& text);

}  // namespace pipectl::plugins::kubernetes
