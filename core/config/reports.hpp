#pragma once

#include "core/api/registry.hpp"
#include "core/model/stage_spec.hpp"
#include "core/yaml/reader.hpp"

namespace pipectl::config {

/// Reads `reports` and `gate` over what a stage has from its group.
void read_reports(yaml::Reader& reader, StageSpec& spec);

/// Formats that no reader has, and bounds that are none.
void check_reports(const StageSpec& spec, const Registry& registry, Diagnostics& diagnostics);

/// A gate needs something to decide by.
void check_gates(const StageSpec& spec, const Measures& measures, Diagnostics& diagnostics);

}  // namespace pipectl::config
