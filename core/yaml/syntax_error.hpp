#pragma once

#include <yaml-cpp/exceptions.h>

#include "core/yaml/builder.hpp"

namespace pipectl::yaml {

/// Says in words for people what the parser could not read, and what to do about it. `builder`
/// knows what was read before.
void report_syntax_error(const YAML::Exception& error, const Builder& builder,
                         Diagnostics& diagnostics);

}  // namespace pipectl::yaml
