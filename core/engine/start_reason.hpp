#pragma once

#include <string>

#include "core/model/stage_spec.hpp"

namespace pipectl {

struct StartFacts {
  bool needs_ended_well{true};
  bool resumed{false};     ///< the run is
  std::string approved{};  ///< `approved by ann`, or empty
};

/// Why a stage is started, for `explain`: `` `branch == 'main'` is true ``, `it always runs`. Empty
/// when it is only that all it needs has ended.
[[nodiscard]] std::string start_reason(const StageSpec& stage, const StartFacts& facts);

}  // namespace pipectl
