#include "stages/deploy/deploy_stage.hpp"

#include <fmt/format.h>

#include "stages/checks/await.hpp"
#include "stages/deploy/deploy_memory.hpp"
#include "stages/deploy/deploy_walk.hpp"

namespace pipectl::stages {
namespace {

std::string going_on(const DeployStep& step) {
  if (step.deed == DeployStep::Deed::apply)
    return "an earlier try was interrupted while it was applying: applying again";
  if (step.deed == DeployStep::Deed::check)
    return "an earlier try was interrupted after it had applied everything: looking at the health";
  return fmt::format("an earlier try was interrupted at '{}': going on from there", describe(step));
}

Outcome go_on(DeployWalk& walk, StageContext& context, const DeployMemory& memory,
              const std::vector<DeployStep>& steps) {
  if (memory.state == DeployMemory::State::undoing) {
    context.emit.note("an earlier try was interrupted while it was being undone: undoing again");
    Outcome failure;
    failure.status = Status::failed;
    failure.reason = memory.failure;
    return walk.roll_back(memory.step, std::move(failure));
  }
  if (memory.state == DeployMemory::State::working) context.emit.note(going_on(steps[memory.step]));
  return walk.from(memory.step);
}

}  // namespace

std::vector<std::string> DeployStage::preview(const expr::Scope& scope) const {
  std::vector<std::string> lines = settings_.target->preview(scope);
  if (settings_.target->abilities().records)
    for (std::string& line : settings_.strategy.preview(scope, settings_.target->abilities()))
      lines.push_back(std::move(line));
  preview_checks(settings_.health, scope, lines);
  for (const std::string& line : settings_.target->preview_undo(scope))
    lines.push_back("on failure: " + line);
  return lines;
}

Outcome DeployStage::run(StageContext& context) const {
  if (const auto request = recall_request(context.remembered))
    return go_back(context, request->run);
  const DeployAbilities abilities = settings_.target->abilities();
  const auto strategy = settings_.strategy.choose(context.scope, abilities);
  if (!strategy) return outcome_of(strategy.error());
  const std::vector<DeployStep> steps = (*strategy)->steps(abilities);
  const DeployMemory memory = recall_deploy(context, steps);
  if (context.cancel.cancelled() && memory.state != DeployMemory::State::undoing)
    return outcome_of(Error{Fault::cancelled, describe(context.cancel.reason()), {}});
  const auto target = settings_.target->open(context, DeployPurpose::deploy);
  if (!target) return outcome_of(target.error());
  context.route = (*target)->http();
  DeployWalk walk{settings_, {**strategy, steps}, **target, context};
  Outcome outcome = go_on(walk, context, memory, steps);
  context.route = nullptr;
  // After success, and after a hard stop in the middle, what is remembered still holds. What
  // happened stands, whether this is written or not.
  if (outcome.status == Status::succeeded || context.cleanup.cancelled()) return outcome;
  if (const auto noted = remember_end(context); !noted) context.emit.note(noted.error().message);
  return outcome;
}

bool DeployStage::sends_no_secrets(const std::map<std::string, std::string>& remembered) const {
  return recall_request(remembered) && !settings_.target->sends_secrets_back();
}

/// Once: an earlier try may have come that far before it was interrupted, or found it unhealthy.
Result<std::string> DeployStage::bring_back(DeployTarget& target, StageContext& context,
                                            const std::string& run) const {
  const SteadyTime now = context.clock.steady();
  // Who deploys while the health is looked at would be taken for what came back.
  const Milliseconds held = settings_.undo_timeout + patience_of(settings_.health);
  TRY(hold_lock(target, {Lifetime::stage, TimeLimit{now + held, held}}));
  if (auto done = recall_way_back(context)) return *std::move(done);
  const TimeLimit limit{now + settings_.undo_timeout, settings_.undo_timeout};
  auto done = TRY(target.go_back(run, {Lifetime::stage, limit}));
  if (const auto noted = remember_way_back(context, done); !noted)
    context.emit.note(noted.error().message);
  return done;
}

/// What somebody asked for is the stage's work, so it ends as any work does; nothing undoes it.
Outcome DeployStage::go_back(StageContext& context, const std::string& run) const {
  const auto target = settings_.target->open(context, DeployPurpose::go_back);
  if (!target) return outcome_of(target.error());
  const auto done = bring_back(**target, context, run);
  context.emit.deploy_step("rollback", done ? *done : done.error().message, done.has_value());
  if (!done) {
    Outcome outcome = outcome_of(done.error());
    outcome.undo_failed = outcome.status != Status::cancelled;
    return outcome;
  }
  context.route = (*target)->http();
  const Verdict verdict = await_healthy(settings_.health, context);
  context.route = nullptr;
  Outcome outcome = outcome_of(verdict);
  outcome.summary = *done;
  return outcome;
}

}  // namespace pipectl::stages
