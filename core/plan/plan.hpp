#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/outcome.hpp"
#include "core/model/pipeline.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::plan {

using NodeId = std::uint32_t;

/// One thing to run: a stage, or one instance of its matrix.
struct Node {
  NodeId id{0};
  std::string name;         ///< `unit`, or `unit (18, linux)`
  const StageSpec* stage{nullptr};
  MatrixRow matrix;         ///< values of this instance
  std::vector<NodeId> needs;
  SkipCause skip{SkipCause::none};  ///< decided before the run: deselected, or not for this event
  std::string skip_reason;
};

/// What the command line picked. Names are stages, matrix instances or groups.
struct Selection {
  std::vector<std::string> only;   ///< -s: these, without their needs
  std::vector<std::string> skip;
  std::string from;                ///< this and everything that comes after it
  std::string until;               ///< this and everything that it needs
  [[nodiscard]] bool empty() const noexcept;
};

/// The nodes of a run in the order written; `nodes[i].id == i`. Refers to its Pipeline.
struct Plan {
  const Pipeline* pipeline{nullptr};
  std::vector<Node> nodes;
  [[nodiscard]] const Node* find(std::string_view name) const noexcept;
};

/// Expands matrices, applies `on` and the selection. Fault::usage for a name that does not exist
/// (with a suggestion). The graph has no cycle: the loader refused it.
[[nodiscard]] Result<Plan> make_plan(const Pipeline& pipeline, const Event& event,
                                     const Selection& selection);

}  // namespace pipectl::plan
