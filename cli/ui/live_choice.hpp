#pragma once

#include <cstddef>
#include <vector>

#include "cli/ui/run_model.hpp"

namespace pipectl::ui {

/// Which stages are drawn when there is room for `lines` lines (those of their groups included), in
/// plan order, and how many are not.
struct Choice {
  std::vector<const StageView*> shown;
  std::size_t hidden{0};
};
[[nodiscard]] Choice choose_stages(const RunModel& model, std::size_t lines);

}  // namespace pipectl::ui
