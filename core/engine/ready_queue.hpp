#pragma once

#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/plan/plan.hpp"

namespace pipectl {

/// The ready nodes, and what they have to share: room for `jobs` weights, one place for each
/// concurrency group, `max_parallel` places for a matrix.
class ReadyQueue {
 public:
  using GroupOf = std::function<std::string(plan::NodeId)>;
  ReadyQueue(const plan::Plan& plan, unsigned jobs, GroupOf group_of);

  void push(plan::NodeId node) { ready_.push(node); }
  /// The first node in the order written that may start now, taken out of the queue.
  [[nodiscard]] std::optional<plan::NodeId> pop();
  /// Takes all nodes out, in any order.
  [[nodiscard]] std::vector<plan::NodeId> drain();

  /// A popped node starts: its room and places are used.
  void take(plan::NodeId node);
  /// A started node has ended.
  void give_back(plan::NodeId node);
  /// A popped node will not start: the next one that waits for its places may.
  void pass_on(plan::NodeId node);

 private:
  using Heap = std::priority_queue<plan::NodeId, std::vector<plan::NodeId>, std::greater<>>;

  /// Places that only so many nodes may hold at once; who finds none waits here.
  struct Resource {
    unsigned free{1};
    Heap waiting{};
  };

  static constexpr std::uint32_t none = 0;  ///< the first resource is nobody's

  void assign_group(plan::NodeId node);
  void assign_matrices(const plan::Plan& plan);
  [[nodiscard]] bool wait_for_places(plan::NodeId node);
  [[nodiscard]] bool wait_at(std::uint32_t busy, std::uint32_t other, plan::NodeId node);
  void wake(std::uint32_t index);
  [[nodiscard]] unsigned weight(plan::NodeId node) const;

  const plan::Plan& plan_;
  unsigned jobs_;
  unsigned used_{0};
  std::vector<Resource> resources_{1};
  GroupOf group_of_;
  std::unordered_map<std::string, std::uint32_t> groups_;  ///< resource by name
  std::vector<bool> asked_;                                ///< by node: its group is known
  std::vector<std::uint32_t> group_;                       ///< resource by node
  std::vector<std::uint32_t> matrix_;                      ///< resource by node
  Heap ready_;
  std::optional<plan::NodeId> first_;  ///< kept a place: the next to start, once there is room
};

}  // namespace pipectl
