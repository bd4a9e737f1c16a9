#pragma once

#include <string>

#include "core/api/stage_kind.hpp"

namespace pipectl {

/// What a StageEmitter may be, too: for a stage that comes by values of secrets itself.
/// Thread-safe.
class SecretKeeper {
 public:
  /// What is done to a secret, for the audit log. Never a value.
  struct Deed {
    std::string what;      ///< `rotate`, `retire`, `undo`
    std::string secret;    ///< its name
    std::string provider;  ///< `kubernetes`
    std::string source;    ///< `team/app-secrets#API_KEY`
  };

  virtual ~SecretKeeper() = default;
  /// Hides the value from now on, as that of the secret of this name. Fault::usage where it is too
  /// short.
  virtual Result<void> hide(const std::string& name, const std::string& value) = 0;
  /// Before it is done: an error is a reason not to do it. Time, run and stage are filled in.
  virtual Result<void> write_down(Deed deed) = 0;
};

}  // namespace pipectl
