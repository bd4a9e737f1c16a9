#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/api/stage_kind.hpp"

namespace pipectl {

/// Where one attempt of a stage runs: its services beside it, its container around it. Destroying
/// it ends and removes all of it, also when the stage was cancelled or ran out of time.
class StagePlace {
 public:
  virtual ~StagePlace() = default;
  /// Starts the stage's commands; lives as long as the place.
  [[nodiscard]] virtual Executor& executor() noexcept = 0;
  /// What the stage's environment gets on top: PIPECTL_SERVICE_<NAME>_HOST and _PORT.
  [[nodiscard]] virtual const EnvMap& env() const noexcept = 0;
};

/// A run whose pipectl is gone.
struct GoneRun {
  std::string id;
  std::filesystem::path dir;  ///< runs/<id>
  const EnvMap& host;
  Executor& executor;  ///< of this host
};

/// Makes places that are no plain processes of this host. Immutable, used from several threads.
class ExecutorFactory {
 public:
  virtual ~ExecutorFactory() = default;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;  ///< as `executor:` has it
  /// Prepares what the stage's `image` and `services` ask for and returns when the services are
  /// healthy. `host` starts processes of this host. What cannot be had is
  /// Fault::infrastructure (no engine, no image), a service that does not get healthy or an image
  /// that cannot run commands Fault::step. Whatever was made so far is removed on an error.
  [[nodiscard]] virtual Result<std::unique_ptr<StagePlace>> open(StageContext& context,
                                                                 Executor& host) const = 0;
  /// Removes what the run left behind, and returns how many things that were. Where a run has left
  /// nothing it costs one look for a file. May be repeated.
  virtual Result<std::size_t> remove_leftovers(const GoneRun& run,
                                               const CancelToken& cancel) const = 0;
};

}  // namespace pipectl
