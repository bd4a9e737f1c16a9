#include "core/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/plan/event_filter.hpp"
#include "core/plan/matrix.hpp"
#include "core/plan/selection.hpp"
#include "core/plan/stage_map.hpp"

namespace pipectl::plan {
namespace {

std::vector<NodeId> ascending(std::vector<NodeId> ids) {
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

void add_node(Plan& plan, const StageSpec& stage, std::string name, MatrixRow row) {
  Node& node = plan.nodes.emplace_back();
  node.id = static_cast<NodeId>(plan.nodes.size() - 1);
  node.name = std::move(name);
  node.stage = &stage;
  node.matrix = std::move(row);
}

Result<void> add_instances(Plan& plan, const StageSpec& stage) {
  auto rows = expand(*stage.matrix);
  if (!rows)
    return fail(rows.error().fault, fmt::format("stage '{}': {}", stage.name, rows.error().message),
                rows.error().hint);
  std::set<std::string> taken;
  for (auto& row : *rows) {
    // Different rows may read the same (`a, b` as one value or as two); a name is still one node's.
    std::string name = instance_name(stage.name, row);
    for (int n = 2; !taken.insert(name).second; ++n)
      name = fmt::format("{} #{}", instance_name(stage.name, row), n);
    add_node(plan, stage, std::move(name), std::move(row));
  }
  return {};
}

/// Gives equal lists of names one shared list of nodes.
class NeedsMaker {
 public:
  explicit NeedsMaker(const StageMap& map) : map_(map) {}

  Needs make(const std::vector<Need>& needs) {
    if (needs.empty()) return {};
    std::string key;
    for (const auto& need : needs) (key += need.name) += ',';
    const auto [entry, is_new] = made_.try_emplace(std::move(key));
    if (is_new) entry->second = look_up(needs);
    return entry->second;
  }

 private:
  Needs look_up(const std::vector<Need>& needs) const {
    std::vector<NodeId> ids;
    for (const auto& need : needs) {
      const auto nodes = map_.nodes_of(need.name);
      ids.insert(ids.end(), nodes.begin(), nodes.end());
    }
    return ids;
  }

  const StageMap& map_;
  std::unordered_map<std::string, Needs> made_;
};

void connect(const Pipeline& pipeline, const StageMap& map, Plan& plan) {
  NeedsMaker maker(map);
  std::vector<Needs> by_stage;
  by_stage.reserve(pipeline.stages.size());
  for (const auto& stage : pipeline.stages) by_stage.push_back(maker.make(stage.needs));
  for (auto& node : plan.nodes) node.needs = by_stage[map.stage_of(node.id)];
}

void skip_unless(const std::vector<bool>& chosen, const std::string& reason, Plan& plan) {
  for (auto& node : plan.nodes) {
    if (chosen[node.id]) continue;
    node.skip = SkipCause::condition;
    node.skip_reason = reason;
  }
}

void apply_event(const Pipeline& pipeline, const Event& event, const StageMap& map, Plan& plan) {
  std::vector<bool> chosen(plan.nodes.size(), false);
  const std::string reason = refusal(pipeline, event);
  if (!reason.empty()) return skip_unless(chosen, reason, plan);
  if (!pipeline.on) return;
  const auto rule = pipeline.on->find(event.kind);
  if (rule == pipeline.on->end() || rule->second.stages.empty()) return;
  for (const auto& name : rule->second.stages)
    for (const auto node : map.nodes_of(name)) chosen[node] = true;
  skip_unless(chosen, fmt::format("`on: {}` does not list it", to_string(event.kind)), plan);
}

}  // namespace

Needs::Needs(std::vector<NodeId> ids) {
  if (!ids.empty()) ids_ = std::make_shared<const std::vector<NodeId>>(ascending(std::move(ids)));
}

Needs::Needs(std::initializer_list<NodeId> ids) : Needs(std::vector<NodeId>(ids)) {}

const NodeId* Needs::begin() const noexcept { return ids_ ? ids_->data() : nullptr; }

bool Selection::empty() const noexcept {
  return only.empty() && skip.empty() && from.empty() && until.empty();
}

const Node* Plan::find(std::string_view name) const noexcept { return by_name.find(nodes, name); }

Result<Plan> make_plan(const Pipeline& pipeline, const Event& event, const Selection& selection) {
  Plan plan;
  plan.pipeline = &pipeline;
  plan.nodes.reserve(pipeline.stages.size());
  for (const auto& stage : pipeline.stages) {
    if (stage.matrix) {
      TRY(add_instances(plan, stage));
    } else {
      add_node(plan, stage, stage.name, {});
    }
  }
  plan.by_name.make(plan.nodes);
  const StageMap map(pipeline, plan);
  connect(pipeline, map, plan);
  apply_event(pipeline, event, map, plan);
  TRY(apply(selection, map, plan));
  return plan;
}

}  // namespace pipectl::plan
