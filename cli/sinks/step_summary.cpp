#include "cli/sinks/step_summary.hpp"

#include <fstream>

#include "cli/ui/markdown.hpp"

namespace pipectl::sinks {

bool StepSummary::finish(SteadyTime /*deadline*/) noexcept {
  if (written_ || !model_.result()) return true;
  written_ = true;
  std::ofstream out(file_, std::ios::app | std::ios::binary);
  out << ui::markdown_summary(model_) << '\n';
  return true;
}

}  // namespace pipectl::sinks
