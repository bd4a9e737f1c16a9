#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/env.hpp"
#include "core/base/result.hpp"
#include "core/expr/scope.hpp"

namespace pipectl {

/// What a stage may look at to tell what it would do, before any run.
struct Rehearsal {
  const std::filesystem::path& workspace;
  std::filesystem::path directory;  ///< the stage's working directory
  const EnvMap& env;                ///< as its commands would have it, without secrets
  const EnvMap& host;
  const expr::Scope& scope;
  WallTime now;
};

/// What a StageRunner may be, too: one that can say what it would do here and now. Immutable.
class Rehearsable {
 public:
  virtual ~Rehearsable() = default;
  /// Line by line. Looks at the workspace, needs no secret and no network, starts nothing, changes
  /// nothing. An error is why it would refuse.
  [[nodiscard]] virtual Result<std::vector<std::string>> rehearse(
      const Rehearsal& rehearsal) const = 0;
};

}  // namespace pipectl
