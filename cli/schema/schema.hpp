#pragma once

#include <string>

#include "core/api/registry.hpp"

namespace pipectl::cli {

/// The JSON Schema (draft 07) of a pipeline file, for editors: made from the loader's own table of
/// keys and from what is registered, so that it knows exactly what this build knows. Deliberately a
/// little wider than the loader: names, expressions and whatever spans several keys are checked by
/// `validate` alone.
[[nodiscard]] std::string json_schema(const Registry& registry);

}  // namespace pipectl::cli
