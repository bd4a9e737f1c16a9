#include "cli/planning/forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "cli/session/workspace_setup.hpp"
#include "core/engine/decision.hpp"
#include "core/engine/run_values.hpp"

namespace pipectl::cli {
namespace {

bool reads_outputs(const StageSpec& stage) {
  if (!stage.when) return false;
  const auto paths = stage.when->paths();
  return std::any_of(paths.begin(), paths.end(), [](const auto& path) {
    return !path.empty() && (path.front() == "stages" || path.front() == "run");
  });
}

RunFacts facts_of(const PipelineFile& file, const RunInput& input, const Invocation& invocation) {
  RunFacts facts;
  facts.event = input.event;
  facts.git = input.git;
  facts.params = input.params;
  facts.variables = input.variables;
  facts.environment = input.environment;
  facts.host = host_without_secrets(file.loaded.pipeline, invocation.env);
  facts.workspace = file.root;
  if (!file.in_repository) return facts;
  facts.changed_files = changed_files_once(file.root, input.event);
  return facts;
}

// Needs before what needs them: forward references are allowed in a file. Linear, because nodes
// with the same needs wait on one shared list.
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

class Forecaster {
 public:
  Forecaster(const PipelineFile& file, const RunInput& input, const Invocation& invocation)
      : file_(file), input_(input), facts_(facts_of(file, input, invocation)) {}

  std::vector<Forecast> all() {
    for (const auto& node : input_.plan.nodes) result_.emplace_back().node = &node;
    for (const auto id : needs_first(input_.plan)) result_[id] = one(input_.plan.nodes[id]);
    return std::move(result_);
  }

 private:
  // Nodes that share one list of needs share what follows from it.
  Scheduler::Verdict of_needs(const plan::Needs& needs) {
    const auto [known, is_new] = verdicts_.try_emplace(needs.identity());
    if (!is_new) return known->second;
    for (const auto need : needs) {
      const auto& before = result_[need];
      if (before.fate != Fate::fails && before.skip != SkipCause::upstream) continue;
      return known->second = {SkipCause::upstream, "upstream " + before.node->name};
    }
    return {};
  }

  Scheduler::Verdict verdict(const plan::Node& node) {
    if (node.skip != SkipCause::none) return {node.skip, node.skip_reason};
    return runs_after_failure(*node.stage) ? Scheduler::Verdict{} : of_needs(node.needs);
  }

  Forecast one(const plan::Node& node) {
    Forecast forecast;
    forecast.node = &node;
    const NodeScope::Parts parts{facts_, outputs_, file_.loaded.pipeline, node};
    const auto decision = decide(parts, verdict(node));
    if (const auto* outcome = std::get_if<Outcome>(&decision)) {
      forecast.fate = outcome->status == Status::skipped ? Fate::skipped : Fate::fails;
      forecast.skip = outcome->skip;
      forecast.reason = outcome->reason;
      forecast.hint = outcome->hint;
    }
    const bool open = forecast.skip == SkipCause::condition && reads_outputs(*node.stage);
    if (open) {
      forecast.fate = Fate::open;
      forecast.skip = SkipCause::none;
      forecast.reason = fmt::format("`{}` is known when it runs", node.stage->when->text());
    }
    if (forecast.fate == Fate::runs || open) {
      if (const auto scope = NodeScope::compose(parts))
        forecast.commands = file_.loaded.runners.at(node.stage->name)->preview(*scope);
    }
    return forecast;
  }

  const PipelineFile& file_;
  const RunInput& input_;
  const RunFacts facts_;
  const OutputTable outputs_;
  std::vector<Forecast> result_;
  std::map<const void*, Scheduler::Verdict> verdicts_;
};

}  // namespace

std::string_view to_string(Fate fate) noexcept {
  switch (fate) {
    case Fate::runs:
      return "runs";
    case Fate::skipped:
      return "skipped";
    case Fate::fails:
      return "fails";
    case Fate::open:
      break;
  }
  return "open";
}

std::vector<Forecast> forecast(const PipelineFile& file, const RunInput& input,
                               const Invocation& invocation) {
  return Forecaster{file, input, invocation}.all();
}

}  // namespace pipectl::cli
