#pragma once

#include <string>

#include "core/api/registry.hpp"

namespace pipectl::config {

/// The JSON Schema (draft 7) of a pipeline file for editors, made from the loader's own tables and
/// from what is registered, so that it cannot drift from what loads. Ends with a line break.
[[nodiscard]] std::string json_schema(const Registry& registry);

/// The same tables as markdown, for the language reference: every section's keys, every kind with
/// its keys, health checks, secret providers, and what is not built yet. Ends with a line break.
[[nodiscard]] std::string key_reference(const Registry& registry);

}  // namespace pipectl::config
