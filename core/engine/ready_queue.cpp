#include "core/engine/ready_queue.hpp"

#include <algorithm>
#include <unordered_map>

namespace pipectl {

using plan::NodeId;

ReadyQueue::ReadyQueue(const plan::Plan& plan, unsigned jobs, GroupOf group_of)
    : plan_(plan),
      jobs_(std::max(jobs, 1U)),
      group_of_(std::move(group_of)),
      asked_(plan.nodes.size()),
      group_(plan.nodes.size(), none),
      matrix_(plan.nodes.size(), none) {
  assign_matrices(plan);
}

void ReadyQueue::assign_group(NodeId node) {
  if (asked_[node] || !group_of_) return;
  asked_[node] = true;
  const std::string name = group_of_(node);
  if (name.empty()) return;
  const auto [entry, is_new] =
      groups_.try_emplace(name, static_cast<std::uint32_t>(resources_.size()));
  if (is_new) resources_.emplace_back();
  group_[node] = entry->second;
}

void ReadyQueue::assign_matrices(const plan::Plan& plan) {
  std::unordered_map<const StageSpec*, std::uint32_t> matrices;
  for (const auto& node : plan.nodes) {
    const auto& matrix = node.stage->matrix;
    if (!matrix || !matrix->max_parallel) continue;
    const auto [entry, is_new] =
        matrices.try_emplace(node.stage, static_cast<std::uint32_t>(resources_.size()));
    if (is_new) resources_.push_back({std::max(*matrix->max_parallel, 1U)});
    matrix_[node.id] = entry->second;
  }
}

unsigned ReadyQueue::weight(NodeId node) const {
  return std::clamp(plan_.nodes[node].stage->weight, 1U, jobs_);
}

std::optional<NodeId> ReadyQueue::pop() {
  // Without any room nobody is first yet: one that comes before it in the file may still get ready.
  if (used_ >= jobs_) return std::nullopt;
  while (!first_ && !ready_.empty()) {
    const NodeId node = ready_.top();
    ready_.pop();
    if (!wait_for_places(node)) first_ = node;
  }
  if (!first_ || used_ + weight(*first_) > jobs_) return std::nullopt;
  return std::exchange(first_, std::nullopt);
}

bool ReadyQueue::wait_for_places(NodeId node) {
  assign_group(node);
  return wait_at(group_[node], matrix_[node], node) || wait_at(matrix_[node], group_[node], node);
}

/// Puts the node aside when a place that it must have is taken. The other place, which it could
/// have had, goes to the next one that waits for it.
bool ReadyQueue::wait_at(std::uint32_t busy, std::uint32_t other, NodeId node) {
  if (busy == none || resources_[busy].free > 0) return false;
  resources_[busy].waiting.push(node);
  wake(other);
  return true;
}

void ReadyQueue::wake(std::uint32_t index) {
  Resource& resource = resources_[index];
  if (index == none || resource.free == 0 || resource.waiting.empty()) return;
  ready_.push(resource.waiting.top());
  resource.waiting.pop();
}

std::vector<NodeId> ReadyQueue::drain() {
  std::vector<NodeId> nodes;
  const auto empty = [&nodes](Heap& heap) {
    for (; !heap.empty(); heap.pop()) nodes.push_back(heap.top());
  };
  empty(ready_);
  for (auto& resource : resources_) empty(resource.waiting);
  if (first_) nodes.push_back(*first_);
  first_.reset();
  return nodes;
}

void ReadyQueue::take(NodeId node) {
  used_ += weight(node);
  for (const auto resource : {group_[node], matrix_[node]})
    if (resource != none) --resources_[resource].free;
}

void ReadyQueue::give_back(NodeId node) {
  used_ -= weight(node);
  for (const auto resource : {group_[node], matrix_[node]})
    if (resource != none) ++resources_[resource].free;
  pass_on(node);
}

void ReadyQueue::pass_on(NodeId node) {
  wake(group_[node]);
  wake(matrix_[node]);
}

}  // namespace pipectl
