#pragma once

#include <string_view>

namespace pipectl::cli {

/// The schema's `$defs` that depend on nothing that is registered.
extern const std::string_view fixed_definitions;

}  // namespace pipectl::cli
