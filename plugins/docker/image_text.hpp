#pragma once

#include <string>

#include "core/api/stage_kind.hpp"

namespace pipectl::docker {

/// What the text gives, which must be the name of an image. Fault::step when it is none: a value in
/// it may be the output of a stage that was left out.
[[nodiscard]] Result<std::string> evaluate_image(const expr::Template& written,
                                                 const StageContext& context);

/// How to get the outputs of stages that the text reads and that are not there, or empty.
[[nodiscard]] std::string hint_of_missing(const expr::Template& written, const expr::Scope& scope);

}  // namespace pipectl::docker
