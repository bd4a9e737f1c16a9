#pragma once

#include <memory>

#include "core/api/stage_method.hpp"

namespace pipectl::stages {

/// `load` of a perf stage: sends requests at a rate or by users, and measures.
[[nodiscard]] std::unique_ptr<StageMethod> make_load_method();

}  // namespace pipectl::stages
