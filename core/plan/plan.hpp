#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/name_index.hpp"
#include "core/model/outcome.hpp"
#include "core/model/pipeline.hpp"
#include "core/model/run_info.hpp"

namespace pipectl::plan {

using NodeId = std::uint32_t;

/// What a node needs: ids, ascending, each once. Immutable; copies share one list, and so do all
/// nodes that need the same (the members of a group, the instances of a matrix): a thousand nodes
/// that need a thousand others cost two thousand entries, not a million.
class Needs {
 public:
  Needs() = default;
  Needs(std::vector<NodeId> ids);  // NOLINT(google-explicit-constructor): is that list
  Needs(std::initializer_list<NodeId> ids);

  [[nodiscard]] const NodeId* begin() const noexcept;
  [[nodiscard]] const NodeId* end() const noexcept { return begin() + size(); }
  [[nodiscard]] std::size_t size() const noexcept { return ids_ ? ids_->size() : 0; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Equal for lists that are one; null for the empty list.
  [[nodiscard]] const void* identity() const noexcept { return ids_.get(); }

 private:
  std::shared_ptr<const std::vector<NodeId>> ids_;
};

/// One thing to run: a stage, or one instance of its matrix.
struct Node {
  NodeId id{0};
  std::string name;  ///< `unit`, or `unit (18, linux)`; unique
  const StageSpec* stage{nullptr};
  MatrixRow matrix;  ///< values of this instance
  Needs needs;
  SkipCause skip{SkipCause::none};  ///< decided before the run: deselected, or not for this event
  std::string skip_reason;
};

/// What the command line picked. Names are stages, matrix instances or groups. Each part narrows:
/// a node runs when all of them agree.
struct Selection {
  std::vector<std::string> only;  ///< -s: these, without their needs
  std::vector<std::string> skip;
  std::string from;   ///< this and everything that needs it, directly or not
  std::string until;  ///< this and everything that it needs, directly or not
  [[nodiscard]] bool empty() const noexcept;
};

/// The nodes of a run in the order written; `nodes[i].id == i`. Refers to its Pipeline.
struct Plan {
  const Pipeline* pipeline{nullptr};
  std::vector<Node> nodes;
  NameIndex by_name{};  ///< made by make_plan
  [[nodiscard]] const Node* find(std::string_view name) const noexcept;
};

/// Expands matrices, applies `on` (SkipCause::condition) and the selection (SkipCause::deselected),
/// each with its reason. A need on a stage is one on all of its instances, a need on a group one on
/// all of its members. Fault::usage for a name that does not exist (with a suggestion) and for a
/// matrix that is empty or too large. The graph has no cycle: the loader refused it. Linear time.
[[nodiscard]] Result<Plan> make_plan(const Pipeline& pipeline, const Event& event,
                                     const Selection& selection);

}  // namespace pipectl::plan
