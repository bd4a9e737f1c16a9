#pragma once

#include <string>

#include "cli/ui/run_model.hpp"
#include "core/model/run_event.hpp"

namespace pipectl::sinks {

/// Appends the run's summary to the file that GITHUB_STEP_SUMMARY names, when the run is over. A
/// file that can not be written is none of the pipeline's faults: it is left out, and told.
class StepSummary final : public EventSink {
 public:
  explicit StepSummary(std::string file) : file_(std::move(file)) {}
  void on_event(const RunEvent& event) noexcept override { model_.apply(event); }
  bool finish(SteadyTime deadline) noexcept override;
  [[nodiscard]] int error() const noexcept override { return error_; }

 private:
  const std::string file_;
  int error_{0};
  ui::RunModel model_;
  bool written_{false};
};

}  // namespace pipectl::sinks
