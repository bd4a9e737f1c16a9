#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/deploy_target.hpp"

namespace pipectl {

/// A rotation under way, as it is written down where the secret lives, so that whoever comes next,
/// on whatever machine, finishes it or takes it back.
struct Rotation {
  enum class Phase {
    replacing,  ///< the fresh value is being brought into service
    grace,      ///< it is in service; both are valid until `until`
    retiring,   ///< the old one is being made invalid
    undoing,    ///< the old one is being put back
  };
  Phase phase{Phase::replacing};
  std::string old_value;
  std::string fresh_value;
  bool issued{false};  ///< an issuer knows the fresh value: undone, it has to be made invalid there
  std::optional<WallTime> until{};
};

/// A secret's place, opened by one rotation of one stage and used by one thread. Destroying it
/// gives its lock free. Every deed looks at what is there and does only what is missing: it may be
/// repeated. Errors as those of a DeployTarget; none holds any part of a value.
class RotationTarget {
 public:
  virtual ~RotationTarget() = default;
  /// `team/app-secrets#API_KEY`
  [[nodiscard]] virtual std::string name() const = 0;
  /// What an earlier rotation left unfinished.
  virtual Result<std::optional<Rotation>> unfinished(const DeployWork& work) = 0;
  /// The value that is in use.
  virtual Result<std::string> current(const DeployWork& work) = 0;

  /// Before each of the deeds below that begins a phase.
  virtual Result<void> write_down(const Rotation& rotation, const DeployWork& work) = 0;
  /// The fresh value takes the place of the old one, which may stay beside it.
  virtual Result<std::string> put(const Rotation& rotation, const DeployWork& work) = 0;
  /// Those that read the secret are started anew and awaited.
  virtual Result<std::string> restart(const DeployWork& work) = 0;
  /// Takes away what put() left of the old value. False when there was nothing of the kind, ever.
  virtual Result<bool> drop_old(const Rotation& rotation, const DeployWork& work) = 0;
  /// The old value takes its place again. False when it stood there.
  virtual Result<bool> put_back(const Rotation& rotation, const DeployWork& work) = 0;
  /// Nothing is left to be done: what was written down goes.
  virtual Result<void> forget(const DeployWork& work) = 0;

  /// As DeployTarget::http().
  [[nodiscard]] virtual HttpClient* http() { return nullptr; }
};

/// What the runner of a method of `kind: rotate` is, too: where the secret lives, as the stage's
/// file says. Immutable, used from several threads. The kind calls open() in place of the runner's
/// run().
class RotationPlace {
 public:
  virtual ~RotationPlace() = default;
  /// What bringing a fresh value into service takes, and retiring the old one, for `plan`. Pure.
  [[nodiscard]] virtual std::vector<std::string> preview_put(const expr::Scope& scope) const = 0;
  [[nodiscard]] virtual std::vector<std::string> preview_retire(const expr::Scope& scope) const = 0;
  /// Takes the lock. An error means that nothing was changed.
  virtual Result<std::unique_ptr<RotationTarget>> open(StageContext& context) const = 0;
};

}  // namespace pipectl
