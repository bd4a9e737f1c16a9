#pragma once

#include <memory>

#include "core/api/executor_factory.hpp"
#include "core/api/registry.hpp"

namespace pipectl {

/// The executor of one attempt: this host's, until the stage's own place is open.
class PlacedExecutor final : public Executor {
 public:
  explicit PlacedExecutor(Executor& host) : executor_(&host) {}
  /// From here on commands start in the place, with what it adds to their environment.
  void enter(StagePlace& place, StageContext& context);
  Result<std::unique_ptr<Process>> start(const Command& command, OutputSink& sink) override {
    return executor_->start(command, sink);
  }

 private:
  Executor* executor_;
};

/// The place that the stage asks for, ready; null when that is this host without services.
[[nodiscard]] Result<std::unique_ptr<StagePlace>> open_place(const Registry* registry,
                                                             StageContext& context, Executor& host);

}  // namespace pipectl
