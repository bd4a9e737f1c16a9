#pragma once

#include <string>
#include <vector>

#include "core/model/pipeline.hpp"

namespace pipectl::cli {

/// Needs between stages by their index, groups unfolded, without those that follow from others.
struct StageGraph {
  std::vector<std::vector<std::size_t>> needs;
};
[[nodiscard]] StageGraph stage_graph(const Pipeline& pipeline);

/// `unit`, or `unit (node: 18, 20)`.
[[nodiscard]] std::string stage_label(const StageSpec& stage);

}  // namespace pipectl::cli
