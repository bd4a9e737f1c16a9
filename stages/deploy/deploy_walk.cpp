#include "stages/deploy/deploy_walk.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/lock_holder.hpp"
#include "stages/checks/await.hpp"
#include "stages/deploy/deploy_memory.hpp"

namespace pipectl::stages {
namespace {

constexpr Milliseconds longest_part{300'000};      ///< of a pause: as long a crash would lock out
constexpr Milliseconds shortest_hold{60'000};      ///< the call that renews it takes time, too
constexpr Milliseconds longest_analysis{900'000};  ///< for all that a strategy measures at once

/// The step is called `health` already.
std::string without_word(const std::string& reason) {
  constexpr std::string_view word = "health ";
  return reason.starts_with(word) ? reason.substr(word.size()) : reason;
}

Outcome could_not_undo(Outcome failure, const std::string& why) {
  failure.status = Status::failed;
  failure.undo_failed = true;
  failure.reason = fmt::format("{} -> undo failed: {}", failure.reason, why);
  failure.hint =
      "what runs now is neither the old release nor surely the new one: look at it "
      "before the next deploy";
  return failure;
}

}  // namespace

Result<void> hold_lock(DeployTarget& target, const DeployWork& work) {
  auto* const holder = dynamic_cast<LockHolder*>(&target);
  if (holder == nullptr) return {};
  return holder->hold(work);
}

Milliseconds patience_of(const CheckList& checks) {
  Milliseconds sum{0};
  for (const PatientCheck& check : checks) sum += check.within + check.timeout;
  return sum;
}

std::vector<UndoDeed> undo_deeds(const std::vector<DeployStep>& steps, std::size_t last) {
  std::vector<UndoDeed> deeds;
  for (std::size_t i = std::min(last + 1, steps.size()); i-- > 0;) {
    const UndoDeed deed{steps[i].undo, steps[i].place};
    if (deed.undo != DeployStep::Undo::none && std::ranges::find(deeds, deed) == deeds.end())
      deeds.push_back(deed);
  }
  return deeds;
}

Outcome DeployWalk::from(std::size_t first) {
  for (std::size_t i = first; i < steps_.size(); ++i) {
    const DeployStep& step = steps_[i];
    const auto noted = remember_step(context_, step, i);
    if (!noted && i == 0) return outcome_of(noted.error());  // nothing has begun
    Outcome outcome = noted ? take(step) : outcome_of(noted.error());
    if (outcome.status == Status::succeeded) continue;
    if (step.deed != DeployStep::Deed::retire) return roll_back(i, std::move(outcome));
    // The release is in service: what could not be tidied up does not bring the old one back.
    context_.emit.note("not tidied up: " + outcome.reason);
  }
  Outcome done;
  done.summary = summary_;
  return done;
}

Outcome DeployWalk::take(const DeployStep& step) {
  if (step.deed == DeployStep::Deed::check) return check(step);
  const auto done = act(step);
  const bool ok = done.has_value();
  context_.emit.deploy_step(describe(step), ok ? *done : done.error().message, ok);
  if (ok) return {};
  if (target_.failure() != nullptr) return *target_.failure();
  Outcome outcome = outcome_of(done.error());
  const bool out_of_time = context_.deadline && context_.clock.steady() >= *context_.deadline;
  if (out_of_time && outcome.status == Status::failed) outcome.status = Status::timed_out;
  return outcome;
}

Outcome DeployWalk::check(const DeployStep& step) {
  if (const auto held = keep_lock(patience_of(settings_.health)); !held) {
    context_.emit.deploy_step(describe(step), held.error().message, false);
    return outcome_of(held.error());
  }
  Outcome outcome = look_at_health(step);
  if (outcome.status != Status::succeeded || !context_.settle) return outcome;
  const auto settled = context_.settle();
  if (settled) return outcome;
  context_.emit.deploy_step("outputs", settled.error().message, false);
  return outcome_of(settled.error());
}

Outcome DeployWalk::look_at_health(const DeployStep& step) {
  const Verdict verdict = await_healthy(settings_.health, context_);
  Outcome outcome = outcome_of(verdict);
  if (settings_.health.empty()) return outcome;
  const bool ok = verdict.health == Health::healthy;
  if (ok) summary_ = fmt::format("{} healthy", settings_.health.size());
  context_.emit.deploy_step(describe(step), ok ? summary_ : without_word(verdict.reason), ok);
  return outcome;
}

Result<std::string> DeployWalk::act(const DeployStep& step) {
  const DeployWork work = work_of(step);
  switch (step.deed) {
    case DeployStep::Deed::apply:
      return target_.apply(step, work);
    case DeployStep::Deed::settle:
      return target_.settle(step, work);
    case DeployStep::Deed::shift:
      return target_.shift(step, work);
    case DeployStep::Deed::pause:
      return pause(step.time);
    case DeployStep::Deed::analyse:
      TRY(keep_lock(longest_analysis));
      return strategy_.analyse(context_);
    case DeployStep::Deed::record:
      return target_.record(step, work);
    case DeployStep::Deed::retire:
      return target_.retire(step, work);
    case DeployStep::Deed::check:
      break;
  }
  return fail(Fault::bug, "a step of a deploy has no meaning");
}

Result<std::string> DeployWalk::pause(Milliseconds time) {
  if (context_.deadline && context_.clock.steady() + time >= *context_.deadline)
    return fail(Fault::step, "the stage's timeout ends before the pause does",
                "give the stage a longer `timeout`");
  while (time.count() > 0) {
    const Milliseconds part = std::min(time, longest_part);
    TRY(keep_lock(part));
    if (context_.cancel.wait_for(part))
      return fail(Fault::cancelled, describe(context_.cancel.reason()));
    time -= part;
  }
  return std::string{"waited"};
}

/// Before something that takes time and asks nothing of the target.
Result<void> DeployWalk::keep_lock(Milliseconds time) {
  const Milliseconds limit = std::max(time, shortest_hold);
  return hold_lock(target_, {Lifetime::stage, TimeLimit{context_.clock.steady() + limit, limit}});
}

/// Whether another deploys there by now: then nothing of it may be touched.
bool DeployWalk::has_lost_target(const DeployWork& work) {
  const auto* const holder = dynamic_cast<const LockHolder*>(&target_);
  if (holder == nullptr) return false;
  if (holder->has_lost()) return true;
  // A lock that cannot be asked for is no reason to undo nothing.
  if (const auto held = hold_lock(target_, work); !held) context_.emit.note(held.error().message);
  return holder->has_lost();
}

/// Empty when something can be undone.
std::string DeployWalk::why_no_undo(const DeployWork& work) {
  if (target_.is_untouched()) return "nothing was changed";
  if (settings_.rollback == Rollback::none) return "nothing was undone (rollback: none)";
  const std::string why = settings_.target->cannot_undo();
  if (!why.empty()) return fmt::format("nothing was undone ({})", why);
  if (has_lost_target(work)) return "nothing was undone (what runs is another's)";
  return {};
}

DeployWork DeployWalk::work_of(const DeployStep& step) const {
  if (step.time.count() == 0) return {};
  return {Lifetime::stage, TimeLimit{context_.clock.steady() + step.time, step.time}};
}

Outcome DeployWalk::roll_back(std::size_t last, Outcome failure) {
  const DeployWork work{
      Lifetime::cleanup,
      TimeLimit{context_.clock.steady() + settings_.undo_timeout, settings_.undo_timeout}};
  if (const std::string why = why_no_undo(work); !why.empty()) {
    failure.reason += " -> " + why;
    return failure;
  }
  if (const auto noted = remember_undoing(context_, failure.reason); !noted)
    context_.emit.note(noted.error().message);  // undoing without a record beats not undoing
  context_.emit.note("undoing: " + failure.reason);
  std::string failed;
  for (const UndoDeed& deed : undo_deeds(steps_, last)) {
    const auto done = undo(deed.undo, deed.place, work);
    if (!done && !failed.empty()) failed += "; ";
    if (!done) failed += done.error().message;  // what comes after may still go
  }
  const std::string before = target_.before();
  const std::string how = before.empty() ? "rolled back" : "rolled back to " + before;
  context_.emit.deploy_step("undo", failed.empty() ? how : failed, failed.empty());
  if (!failed.empty()) return could_not_undo(std::move(failure), failed);
  failure.status = Status::rolled_back;
  failure.reason += " -> " + how;
  return failure;
}

Result<std::string> DeployWalk::undo(DeployStep::Undo undo, DeployPlace place,
                                     const DeployWork& work) {
  Result<std::string> done = std::string{};
  DeployStep back;
  back.place = place;
  back.share = 0;
  if (undo == DeployStep::Undo::restore) done = target_.restore(work);
  if (undo == DeployStep::Undo::shift_back) done = target_.shift(back, work);
  if (undo == DeployStep::Undo::remove) done = target_.remove(place, work);
  const std::string text = done ? *done : done.error().message;
  if (!text.empty()) context_.emit.note(fmt::format("{}: {}", describe(undo), text));
  return done;
}

}  // namespace pipectl::stages
