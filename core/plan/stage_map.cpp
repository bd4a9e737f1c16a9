#include "core/plan/stage_map.hpp"

#include <algorithm>
#include <numeric>

namespace pipectl::plan {

StageMap::StageMap(const Pipeline& pipeline, const Plan& plan) : pipeline_(pipeline), plan_(plan) {
  std::uint32_t vertex = 0;
  vertices_.reserve(pipeline.stages.size() + pipeline.groups.size());
  for (const auto& stage : pipeline.stages) vertices_.emplace(stage.name, vertex++);
  for (const auto& group : pipeline.groups) vertices_.emplace(group.name, vertex++);
  ranges_.resize(pipeline.stages.size());
  stages_.reserve(plan.nodes.size());
  for (const auto& node : plan.nodes) {
    const auto stage = static_cast<std::uint32_t>(node.stage - pipeline.stages.data());
    if (ranges_[stage].first == ranges_[stage].end) ranges_[stage].first = node.id;
    ranges_[stage].end = node.id + 1;
    stages_.push_back(stage);
  }
}

void StageMap::append(std::uint32_t vertex, std::vector<NodeId>& out) const {
  if (vertex < ranges_.size()) {
    const Range range = ranges_[vertex];
    out.resize(out.size() + (range.end - range.first));
    std::iota(out.end() - (range.end - range.first), out.end(), range.first);
    return;
  }
  for (const auto& member : pipeline_.groups[vertex - ranges_.size()].members) {
    const auto hit = vertices_.find(member);
    if (hit != vertices_.end() && hit->second < ranges_.size()) append(hit->second, out);
  }
}

std::vector<NodeId> StageMap::nodes_of(std::string_view stage_or_group) const {
  std::vector<NodeId> out;
  const auto hit = vertices_.find(stage_or_group);
  if (hit != vertices_.end()) append(hit->second, out);
  std::ranges::sort(out);
  return out;
}

std::vector<NodeId> StageMap::find(std::string_view name) const {
  auto out = nodes_of(name);
  const Node* instance = out.empty() ? plan_.find(name) : nullptr;
  if (instance != nullptr) out.push_back(instance->id);
  return out;
}

Edges StageMap::graph() const {
  Edges edges(pipeline_.stages.size() + pipeline_.groups.size());
  const auto connect = [&](std::size_t from, std::string_view name) {
    const auto hit = vertices_.find(name);
    if (hit != vertices_.end()) edges[from].push_back(hit->second);
  };
  for (std::size_t i = 0; i < pipeline_.stages.size(); ++i)
    for (const auto& need : pipeline_.stages[i].needs) connect(i, need.name);
  for (std::size_t i = 0; i < pipeline_.groups.size(); ++i)
    for (const auto& member : pipeline_.groups[i].members)
      connect(pipeline_.stages.size() + i, member);
  return edges;
}

std::vector<std::string_view> StageMap::names() const {
  std::vector<std::string_view> out;
  for (const auto& stage : pipeline_.stages) out.emplace_back(stage.name);
  for (const auto& group : pipeline_.groups) out.emplace_back(group.name);
  for (const auto& node : plan_.nodes)
    if (node.name != node.stage->name) out.emplace_back(node.name);
  return out;
}

}  // namespace pipectl::plan
