#include "cli/sinks/step_summary.hpp"

#include <cerrno>
#include <fstream>

#include "cli/ui/markdown.hpp"

namespace pipectl::sinks {

bool StepSummary::finish(SteadyTime /*deadline*/) noexcept {
  if (written_ || !model_.result()) return true;
  written_ = true;
  errno = 0;
  std::ofstream out(file_, std::ios::app | std::ios::binary);
  out << ui::markdown_summary(model_) << '\n';
  out.close();
  if (!out) error_ = errno != 0 ? errno : EIO;
  return true;
}

}  // namespace pipectl::sinks
