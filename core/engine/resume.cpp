#include "core/engine/resume.hpp"

#include <algorithm>

namespace pipectl {
namespace {

using Records = std::map<std::string, const store::StageRecord*, std::less<>>;

bool skipped_for_good(const std::optional<Outcome>& outcome) {
  return outcome && outcome->status == Status::skipped && outcome->skip != SkipCause::upstream &&
         outcome->skip != SkipCause::stopped;
}

/// A need is settled when it is kept, or will be skipped again for the same reason as before.
bool settled(const plan::Plan& plan, const Resumed& resumed, const Records& records,
             plan::NodeId need) {
  if (resumed.ended[need] || plan.nodes[need].skip != SkipCause::none) return true;
  const auto record = records.find(plan.nodes[need].name);
  return record != records.end() && skipped_for_good(record->second->outcome);
}

/// Node ids so that needs come first; `needs` may point forward in the file. Linear, because nodes
/// with the same needs wait on one shared list.
std::vector<plan::NodeId> needs_first(const plan::Plan& plan) {
  struct Waiting {
    std::size_t missing{0};
    std::vector<plan::NodeId> nodes;
  };
  std::map<const void*, Waiting> lists;
  std::vector<std::vector<Waiting*>> in(plan.nodes.size());
  std::vector<plan::NodeId> order;
  for (const auto& node : plan.nodes) {
    auto& list = lists[node.needs.identity()];
    if (list.nodes.empty()) {
      list.missing = node.needs.size();
      for (const auto need : node.needs) in[need].push_back(&list);
    }
    list.nodes.push_back(node.id);
  }
  for (const auto& [identity, list] : lists)
    if (list.missing == 0) order.insert(order.end(), list.nodes.begin(), list.nodes.end());
  for (std::size_t i = 0; i < order.size(); ++i)
    for (auto* list : in[order[i]])
      if (--list->missing == 0) order.insert(order.end(), list->nodes.begin(), list->nodes.end());
  return order;
}

}  // namespace

Resumed take_over(const plan::Plan& plan, const store::RunRecord& record) {
  Records records;
  for (const auto& stage : record.stages) records[stage.name] = &stage;
  Resumed resumed;
  resumed.ended.resize(plan.nodes.size());
  resumed.notes.resize(plan.nodes.size());
  for (const auto id : needs_first(plan)) {
    const plan::Node& node = plan.nodes[id];
    const auto found = records.find(node.name);
    if (found == records.end()) continue;
    resumed.notes[id] = found->second->notes;
    const auto& outcome = found->second->outcome;
    if (!outcome || !is_success(outcome->status)) continue;
    const bool all_settled = std::all_of(node.needs.begin(), node.needs.end(), [&](auto need) {
      return settled(plan, resumed, records, need);
    });
    if (all_settled) resumed.ended[id] = outcome;
  }
  return resumed;
}

std::vector<ProcessId> unfinished_processes(const store::RunRecord& record) {
  std::vector<ProcessId> processes;
  for (const auto& stage : record.stages)
    if (stage.process && !stage.outcome) processes.push_back(*stage.process);
  return processes;
}

}  // namespace pipectl
