#include "stages/kinds/deploy_stage.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "stages/checks/await.hpp"
#include "stages/kinds/deploy_phase.hpp"

namespace pipectl::stages {
namespace {

Outcome interrupted_before(const StageContext& context) {
  return outcome_of(Error{Fault::cancelled, describe(context.cancel.reason()), {}});
}

/// The step is called `health` already.
std::string without_word(const std::string& reason) {
  constexpr std::string_view word = "health ";
  return reason.starts_with(word) ? reason.substr(word.size()) : reason;
}

/// Why nothing is undone, or empty when something can be.
std::string no_undo(const DeployCommands& commands) {
  if (commands.rollback == Rollback::none) return "nothing was undone (rollback: none)";
  if (commands.undo.empty()) return "nothing was undone (no `undo` is given)";
  return {};
}

}  // namespace

std::vector<std::string> DeployStage::preview(const expr::Scope& scope) const {
  std::vector<std::string> lines = commands_.apply.preview(scope);
  preview_checks(commands_.health, scope, lines);
  for (const std::string& line : commands_.undo.preview(scope))
    lines.push_back("on failure: " + line);
  return lines;
}

Outcome DeployStage::run(StageContext& context) const {
  const DeployMemory memory = recall_deploy(context);
  if (context.cancel.cancelled() && memory.phase != DeployPhase::undoing)
    return interrupted_before(context);
  Outcome outcome = go_on(context, memory);
  // After success, and after a hard stop in the middle, what is remembered still holds. What
  // happened stands, whether this is written or not.
  if (outcome.status == Status::succeeded || context.cleanup.cancelled()) return outcome;
  if (const auto noted = remember_deploy(context, DeployPhase::ended); !noted)
    context.emit.note(noted.error().message);
  return outcome;
}

Outcome DeployStage::go_on(StageContext& context, const DeployMemory& memory) const {
  Outcome outcome;
  switch (memory.phase) {
    case DeployPhase::undoing:
      context.emit.note("an earlier try was interrupted while it was being undone: undoing again");
      outcome.status = Status::failed;
      outcome.reason = memory.failure;
      return roll_back(context, std::move(outcome));
    case DeployPhase::checking:
      context.emit.note(
          "an earlier try was interrupted after it had applied everything: looking "
          "at the health");
      outcome = check(context);
      break;
    case DeployPhase::applying:
      context.emit.note("an earlier try was interrupted while it was applying: applying again");
      [[fallthrough]];
    case DeployPhase::none:
    case DeployPhase::ended:
      if (const auto noted = remember_deploy(context, DeployPhase::applying); !noted)
        return outcome_of(noted.error());
      outcome = apply(context);
      if (outcome.status == Status::succeeded) outcome = check(context);
      break;
  }
  return outcome.status == Status::succeeded ? outcome : roll_back(context, std::move(outcome));
}

Outcome DeployStage::apply(StageContext& context) const {
  Outcome outcome = commands_.apply.run(context);
  const bool ok = outcome.status == Status::succeeded;
  context.emit.deploy_step("apply", ok ? "applied" : outcome.reason, ok);
  return outcome;
}

Outcome DeployStage::check(StageContext& context) const {
  if (const auto noted = remember_deploy(context, DeployPhase::checking); !noted)
    return outcome_of(noted.error());
  const Verdict verdict = await_healthy(commands_.health, context);
  Outcome outcome = outcome_of(verdict);
  if (commands_.health.empty()) return outcome;
  const bool ok = verdict.health == Health::healthy;
  if (ok) outcome.summary = fmt::format("{} healthy", commands_.health.size());
  context.emit.deploy_step("health", ok ? outcome.summary : without_word(verdict.reason), ok);
  return outcome;
}

Outcome DeployStage::roll_back(StageContext& context, Outcome failure) const {
  if (const std::string why = no_undo(commands_); !why.empty()) {
    failure.reason += " -> " + why;
    return failure;
  }
  if (const auto noted = remember_deploy(context, DeployPhase::undoing, failure.reason); !noted)
    context.emit.note(noted.error().message);  // undoing without a record beats not undoing
  context.emit.note("undoing: " + failure.reason);
  const TimeLimit limit{context.clock.steady() + commands_.undo_timeout, commands_.undo_timeout};
  const Outcome undo = commands_.undo.run(context, Lifetime::cleanup, limit);
  const bool undone = undo.status == Status::succeeded;
  context.emit.deploy_step("undo", undone ? "rolled back" : undo.reason, undone);
  if (undone) {
    failure.status = Status::rolled_back;
    failure.reason += " -> rolled back";
    return failure;
  }
  failure.status = Status::failed;
  failure.undo_failed = true;
  failure.reason = fmt::format("{} -> undo failed: {}", failure.reason, undo.reason);
  failure.hint =
      "what runs now is neither the old release nor surely the new one: look at it "
      "before the next deploy";
  return failure;
}

}  // namespace pipectl::stages
