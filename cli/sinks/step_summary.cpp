#include "cli/sinks/step_summary.hpp"

#include <fstream>

#include "cli/ui/markdown.hpp"

namespace pipectl::sinks {

void StepSummary::finish(SteadyTime) noexcept {
  if (!model_.result()) return;
  std::ofstream out(file_, std::ios::app | std::ios::binary);
  out << ui::markdown_summary(model_) << '\n';
}

}  // namespace pipectl::sinks
