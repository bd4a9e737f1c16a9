#pragma once

#include <memory>

#include "core/api/stage_kind.hpp"

namespace pipectl::releasing {

/// `kind: release`
[[nodiscard]] std::unique_ptr<StageKind> make_release_kind();

}  // namespace pipectl::releasing
