#include "core/engine/scheduler.hpp"

#include <fmt/format.h>

#include "core/engine/decision.hpp"
#include "core/engine/need_gates.hpp"
#include "core/engine/ready_queue.hpp"

namespace pipectl {

using plan::NodeId;

namespace {

enum class Phase : std::uint8_t { blocked, ready, offered, running, ended };

/// What is known before anything runs: what the plan skips and what an earlier run has done.
std::vector<std::optional<Outcome>> known_outcomes(const plan::Plan& plan,
                                                   std::vector<std::optional<Outcome>> ended) {
  ended.resize(plan.nodes.size());
  for (const auto& node : plan.nodes) {
    if (node.skip == SkipCause::none) continue;
    Outcome& outcome = ended[node.id].emplace();
    outcome.status = Status::skipped;
    outcome.skip = node.skip;
    outcome.reason = node.skip_reason;
  }
  return ended;
}

}  // namespace

struct Scheduler::Impl {
  Impl(const plan::Plan& the_plan, Options the_options, GroupOf group_of,
       std::vector<std::optional<Outcome>> ended);

  [[nodiscard]] std::optional<NodeId> failed_need(NodeId node) const;
  [[nodiscard]] Verdict verdict(NodeId node) const;
  void add_ready(NodeId node);
  void stop(StopMode mode, std::string reason);

  const plan::Plan& plan;
  Options options;
  std::vector<std::optional<Outcome>> outcomes;
  NeedGates gates;
  ReadyQueue ready;
  std::priority_queue<NodeId, std::vector<NodeId>, std::greater<>> to_skip;
  std::vector<Phase> phases;
  std::vector<bool> after_failure;  ///< by node: runs after failures
  std::optional<StopMode> stopping;
  std::string stop_reason;
  std::size_t open_nodes{0};
  std::size_t running{0};
};

Scheduler::Impl::Impl(const plan::Plan& the_plan, Options the_options, GroupOf group_of,
                      std::vector<std::optional<Outcome>> ended)
    : plan(the_plan),
      options(the_options),
      outcomes(known_outcomes(the_plan, std::move(ended))),
      gates(the_plan, outcomes),
      ready(the_plan, the_options.jobs, std::move(group_of)),
      phases(the_plan.nodes.size(), Phase::blocked) {
  after_failure.reserve(plan.nodes.size());
  for (const auto& node : plan.nodes) {
    after_failure.push_back(runs_after_failure(*node.stage));
    if (outcomes[node.id]) {
      phases[node.id] = Phase::ended;
    } else {
      ++open_nodes;
    }
  }
  for (const auto node : gates.open()) add_ready(node);
}

/// The root of the failure for which the node is skipped unless it runs after failures.
std::optional<NodeId> Scheduler::Impl::failed_need(NodeId node) const {
  const NeedsSummary& needs = gates.summary(node);
  return plan.nodes[node].stage->after_all_above ? needs.failed_above : needs.failed;
}

Scheduler::Verdict Scheduler::Impl::verdict(NodeId node) const {
  const NeedsSummary& needs = gates.summary(node);
  const auto failed = failed_need(node);
  const bool only_stopped = failed && outcomes[*failed]->skip == SkipCause::stopped;
  const bool stops = stopping && (*stopping == StopMode::at_once || !after_failure[node]);
  if (failed && !after_failure[node] && !(only_stopped && stops))
    return {SkipCause::upstream, fmt::format("upstream {}", plan.nodes[*failed].name)};
  if (needs.waiting)
    return {SkipCause::upstream,
            fmt::format("{} waits for an approval", plan.nodes[*needs.waiting].name)};
  if (stops) return {SkipCause::stopped, stop_reason};
  return {};
}

void Scheduler::Impl::add_ready(NodeId node) {
  phases[node] = Phase::ready;
  if (verdict(node).skip != SkipCause::none) {
    to_skip.push(node);
  } else {
    ready.push(node);
  }
}

void Scheduler::Impl::stop(StopMode mode, std::string reason) {
  if (stopping && *stopping >= mode) return;
  if (!stopping) stop_reason = std::move(reason);
  stopping = mode;
  for (const auto node : ready.drain()) add_ready(node);
}

Scheduler::Scheduler(const plan::Plan& plan, Options options, GroupOf group_of,
                     std::vector<std::optional<Outcome>> ended)
    : impl_(std::make_unique<Impl>(plan, options, std::move(group_of), std::move(ended))) {}

Scheduler::~Scheduler() = default;

std::optional<NodeId> Scheduler::next() {
  std::optional<NodeId> node;
  if (impl_->to_skip.empty()) {
    node = impl_->ready.pop();
  } else {
    node = impl_->to_skip.top();
    impl_->to_skip.pop();
  }
  if (node) impl_->phases[*node] = Phase::offered;
  return node;
}

Scheduler::Verdict Scheduler::verdict(NodeId node) const { return impl_->verdict(node); }

void Scheduler::started(NodeId node) {
  impl_->phases[node] = Phase::running;
  ++impl_->running;
  impl_->ready.take(node);
}

void Scheduler::ended(NodeId node, const Outcome& outcome) {
  const Phase phase = std::exchange(impl_->phases[node], Phase::ended);
  if (phase == Phase::ended) return;
  if (phase == Phase::running) {
    --impl_->running;
    impl_->ready.give_back(node);
  } else {
    impl_->ready.pass_on(node);
  }
  impl_->outcomes[node] = outcome;
  --impl_->open_nodes;
  for (const auto freed : impl_->gates.ended(node)) impl_->add_ready(freed);
  if (is_failure(outcome.status) && impl_->options.on_failure == OnFailure::stop)
    impl_->stop(StopMode::in_order,
                fmt::format("stopped: {} failed", impl_->plan.nodes[node].name));
}

void Scheduler::stop(StopMode mode) { impl_->stop(mode, "stopped"); }

bool Scheduler::done() const noexcept { return impl_->open_nodes == 0; }

std::size_t Scheduler::running() const noexcept { return impl_->running; }

bool Scheduler::upstream_failed(NodeId node) const {
  return impl_->gates.summary(node).failed_above.has_value();
}

bool Scheduler::needs_ended_well(NodeId node) const {
  return !impl_->failed_need(node).has_value();
}

const std::optional<Outcome>& Scheduler::outcome(NodeId node) const {
  return impl_->outcomes[node];
}

}  // namespace pipectl
