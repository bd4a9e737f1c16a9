#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/plan/graph.hpp"
#include "core/plan/plan.hpp"

namespace pipectl::plan {

/// Which nodes a name stands for, and the graph of names: vertex i < stages.size() is stage i,
/// those behind are the groups, which lead to their members. Refers to the plan, whose nodes must
/// be complete but for their needs.
class StageMap {
 public:
  StageMap(const Pipeline& pipeline, const Plan& plan);

  /// Nodes of a stage or group, ascending; empty when there is no such name.
  [[nodiscard]] std::vector<NodeId> nodes_of(std::string_view stage_or_group) const;
  /// As nodes_of, also for the name of one matrix instance.
  [[nodiscard]] std::vector<NodeId> find(std::string_view name) const;

  [[nodiscard]] Edges graph() const;
  [[nodiscard]] std::uint32_t stage_of(NodeId node) const { return stages_[node]; }
  [[nodiscard]] std::vector<std::string_view> names() const;  ///< for suggestions

 private:
  struct Range {
    NodeId first{0};
    NodeId end{0};
  };
  void append(std::uint32_t vertex, std::vector<NodeId>& out) const;

  const Pipeline& pipeline_;
  const Plan& plan_;
  std::unordered_map<std::string_view, std::uint32_t> vertices_;
  std::vector<Range> ranges_;          ///< by stage
  std::vector<std::uint32_t> stages_;  ///< by node
};

}  // namespace pipectl::plan
