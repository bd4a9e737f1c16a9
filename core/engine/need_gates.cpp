#include "core/engine/need_gates.hpp"

#include <algorithm>
#include <unordered_map>

namespace pipectl {

using plan::NodeId;

NeedGates::NeedGates(const plan::Plan& plan, std::span<const std::optional<Outcome>> outcomes)
    : plan_(plan), outcomes_(outcomes), gates_(1), opens_(plan.nodes.size()) {
  std::unordered_map<const void*, std::uint32_t> known{{nullptr, 0}};
  gate_of_.reserve(plan.nodes.size());
  for (const auto& node : plan.nodes) {
    const auto [entry, is_new] =
        known.try_emplace(node.needs.identity(), static_cast<std::uint32_t>(gates_.size()));
    if (is_new) {
      gates_.push_back({node.needs, node.needs.size(), {}, {}});
      for (const auto need : node.needs) opens_[need].push_back(entry->second);
    }
    gate_of_.push_back(entry->second);
    gates_[entry->second].behind.push_back(node.id);
  }
}

std::vector<NodeId> NeedGates::open() {
  std::vector<NodeId> freed;
  std::vector<NodeId> pending;
  for (const auto node : gates_[0].behind) (outcomes_[node] ? pending : freed).push_back(node);
  release(std::move(pending), freed);
  std::ranges::sort(freed);
  return freed;
}

std::vector<NodeId> NeedGates::ended(NodeId node) {
  std::vector<NodeId> freed;
  release({node}, freed);
  std::ranges::sort(freed);
  return freed;
}

const NeedsSummary& NeedGates::summary(NodeId node) const { return gates_[gate_of_[node]].summary; }

/// Counts down behind ended nodes, and on through those behind them that had ended before.
void NeedGates::release(std::vector<NodeId> pending, std::vector<NodeId>& freed) {
  while (!pending.empty()) {
    const auto node = pending.back();
    pending.pop_back();
    for (const auto index : opens_[node]) {
      Gate& gate = gates_[index];
      if (--gate.missing > 0) continue;
      for (const auto need : gate.needs) add(need, gate.summary);
      for (const auto next : gate.behind) (outcomes_[next] ? pending : freed).push_back(next);
    }
  }
}

/// The failure for which a skipped node was, or would have been, skipped.
std::optional<NodeId> NeedGates::cause_of_skip(NodeId node) const {
  const NeedsSummary& own = summary(node);
  return plan_.nodes[node].stage->after_all_above ? own.failed_above : own.failed;
}

void NeedGates::add(NodeId need, NeedsSummary& sum) const {
  const NeedsSummary& own = summary(need);
  const Outcome& outcome = *outcomes_[need];
  std::optional<NodeId> failed;
  if (plan_.nodes[need].skip != SkipCause::none) {
    failed = cause_of_skip(need);
    if (own.waiting) sum.waiting = own.waiting;
  } else if (is_failure(outcome.status) || outcome.skip == SkipCause::stopped) {
    failed = need;
  } else if (outcome.status == Status::waiting) {
    sum.waiting = need;
  } else if (outcome.skip == SkipCause::upstream) {
    failed = cause_of_skip(need);
    if (own.waiting) sum.waiting = own.waiting;
    if (!failed && !own.waiting) failed = need;  // skipped in an earlier run
  }
  merge(sum.failed, failed);
  merge(sum.failed_above, failed);
  merge(sum.failed_above, own.failed_above);
}

/// Keeps the first root, but a failure says more than a node that was only stopped.
void NeedGates::merge(std::optional<NodeId>& root, std::optional<NodeId> candidate) const {
  if (!candidate) return;
  const auto stopped = [this](NodeId node) { return outcomes_[node]->skip == SkipCause::stopped; };
  if (!root || (stopped(*root) && !stopped(*candidate))) root = candidate;
}

}  // namespace pipectl
