#pragma once

#include "core/api/deploy_target.hpp"

namespace pipectl {

/// What a DeployTarget may be, too: one whose lock runs out when nothing is asked of it.
class LockHolder {
 public:
  virtual ~LockHolder() = default;
  /// Goes on holding the lock for as long as `work` may take, though nothing is asked of the target
  /// meanwhile. Fault::infrastructure when it is another's by now.
  virtual Result<void> hold(const DeployWork& work) = 0;
  /// Another has taken the lock: from then on no deed and no undo changes anything.
  [[nodiscard]] virtual bool has_lost() const noexcept = 0;
};

}  // namespace pipectl
