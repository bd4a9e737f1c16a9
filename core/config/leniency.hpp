#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "core/api/stage_kind.hpp"
#include "core/model/leniency.hpp"

namespace pipectl::config {

/// The keys that a stage takes over from its group, as it does those of its kind.
inline constexpr std::array<std::string_view, 3> leniency_keys{"waivers", "flaky", "baseline"};

/// Reads them; nothing when the stage has none. There must be a report that they are for.
[[nodiscard]] std::optional<StageLeniency> read_leniency(yaml::Reader& reader,
                                                         const ParseContext& context,
                                                         const Measures& measures);

}  // namespace pipectl::config
