#pragma once

#include <string>
#include <vector>

#include "core/api/stage_kind.hpp"

namespace pipectl {

/// What a StageRunner may be, too: one that can tell what it would change where it goes.
class Comparable {
 public:
  virtual ~Comparable() = default;
  /// Line by line; empty: nothing. Asks what is out there and changes nothing of it. The context
  /// has no secrets: what they would change stays out. Errors: as StageRunner::run().
  virtual Result<std::vector<std::string>> compare(StageContext& context) const = 0;
};

}  // namespace pipectl
