#pragma once

#include <yaml-cpp/exceptions.h>

#include <string>
#include <vector>

#include "core/yaml/positions.hpp"

namespace pipectl::yaml {

/// Says in words for people what the parser could not read, and what to do about it. `anchors` are
/// the names defined so far.
void report_syntax_error(const YAML::Exception& error, const Positions& positions,
                         const std::vector<std::string>& anchors, Diagnostics& diagnostics);

}  // namespace pipectl::yaml
