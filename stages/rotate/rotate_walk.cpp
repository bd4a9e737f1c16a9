#include "stages/rotate/rotate_walk.hpp"

#include <fmt/format.h>

#include "core/base/text.hpp"
#include "stages/checks/await.hpp"

namespace pipectl::stages {
namespace {

using Phase = Rotation::Phase;

constexpr const char* end_note = "rotation.end";

std::string what_was_found(const Rotation& rotation) {
  switch (rotation.phase) {
    case Phase::replacing:
      return "an earlier rotation was interrupted before the new value was in service: going on";
    case Phase::grace:
      return "the old value of an earlier rotation is to be retired: going on";
    case Phase::retiring:
      return "an earlier rotation was interrupted while the old value was being retired: going on";
    case Phase::undoing:
      break;
  }
  return "an earlier rotation was interrupted while it was being undone: undoing it";
}

/// After the new value is in service nothing is taken back.
Outcome both_stay(Outcome outcome, const std::string& secret) {
  outcome.hint = fmt::format(
      "the new value is in service, the old one is not retired yet: `pipectl secrets rotate {}` "
      "goes on",
      secret);
  return outcome;
}

}  // namespace

Outcome RotateWalk::go() {
  const auto found = target_.unfinished({});
  if (!found) return outcome_of(found.error());
  // An earlier try died between the end of the rotation and its own.
  if (!*found && context_.remembered.contains(end_note)) return rotated();
  const auto ready = *found ? go_on(**found) : begin();
  if (!ready) return outcome_of(ready.error());
  return walk();
}

Outcome RotateWalk::rotated() const {
  Outcome outcome;
  outcome.summary = "rotated " + target_.name();
  return outcome;
}

Result<void> RotateWalk::go_on(const Rotation& found) {
  TRY(keeper_.hide(settings_.secret, found.old_value));
  TRY(keeper_.hide(settings_.secret, found.fresh_value));
  context_.emit.note(what_was_found(found));
  rotation_ = found;
  restarted_ = Restarted::perhaps;
  return {};
}

Result<void> RotateWalk::begin() {
  rotation_.old_value = TRY(target_.current({}));
  TRY(keeper_.hide(settings_.secret, rotation_.old_value));
  const FreshValue fresh = TRY(settings_.value.make(settings_.secret, context_, keeper_));
  rotation_.fresh_value = fresh.text;
  rotation_.issued = fresh.issued;
  if (fresh.text == rotation_.old_value)
    return fail(Fault::step, "the new value is the old one", "`value` has to bring another one");
  const auto written = write_deed("rotate");
  const auto entered = written ? enter(Phase::replacing, {}) : written;
  if (entered) return {};
  const auto revoked = issue_undone();
  if (revoked) return tl::unexpected(entered.error());
  return fail(entered.error().fault,
              fmt::format("{}; and the new value stays valid at its issuer: {}",
                          entered.error().message, revoked.error().message),
              entered.error().hint);
}

/// Nobody will know a value that was issued and could not be written down.
Result<void> RotateWalk::issue_undone() {
  if (!rotation_.issued) return {};
  return make_invalid(rotation_.fresh_value, undo_work());
}

Outcome RotateWalk::walk() {
  if (rotation_.phase == Phase::undoing) {
    Outcome failure;
    failure.status = Status::failed;
    failure.reason = "an earlier rotation failed";
    return undo(std::move(failure));
  }
  if (rotation_.phase == Phase::replacing) {
    Outcome served = bring_into_service();
    if (served.status != Status::succeeded) return undo(std::move(served));
  }
  if (rotation_.phase == Phase::grace) {
    Outcome waited = grace();
    if (waited.status != Status::succeeded) return both_stay(std::move(waited), settings_.secret);
  }
  Outcome retired = retire();
  if (retired.status != Status::succeeded) return both_stay(std::move(retired), settings_.secret);
  return retired;
}

Outcome RotateWalk::bring_into_service() {
  const auto put = target_.put(rotation_, {});
  if (!put) return outcome_of(put.error());
  context_.emit.note(*put);
  restarted_ = Restarted::perhaps;
  const auto restarted = target_.restart({});
  if (!restarted) return outcome_of(restarted.error());
  const Verdict verdict = await_healthy(settings_.health, context_);
  if (verdict.health != Health::healthy) return outcome_of(verdict);
  rotation_.until = context_.clock.wall() + settings_.grace;
  const auto entered = enter(Phase::grace, {});
  return entered ? Outcome{} : outcome_of(entered.error());
}

Outcome RotateWalk::grace() {
  const auto left = std::chrono::ceil<Milliseconds>(
      rotation_.until.value_or(context_.clock.wall()) - context_.clock.wall());
  if (left.count() > 0) {
    context_.emit.note(fmt::format("both values are valid until {}", iso8601(*rotation_.until)));
    const TimeLimit limit{context_.clock.steady() + left, left};
    const auto held = target_.write_down(rotation_, {Lifetime::stage, limit});
    if (!held) return outcome_of(held.error());
    if (context_.cancel.wait_for(left))
      return outcome_of(Error{Fault::cancelled, describe(context_.cancel.reason()), {}});
  }
  const auto entered = enter(Phase::retiring, {});
  return entered ? Outcome{} : outcome_of(entered.error());
}

Outcome RotateWalk::retire() {
  if (const auto written = write_deed("retire"); !written) return outcome_of(written.error());
  const auto dropped = target_.drop_old(rotation_, {});
  if (!dropped) return outcome_of(dropped.error());
  if (*dropped) {
    const auto restarted = target_.restart({});
    if (!restarted) return outcome_of(restarted.error());
    const Verdict verdict = await_healthy(settings_.health, context_);
    if (verdict.health != Health::healthy) return outcome_of(verdict);
  }
  if (const auto gone = make_invalid(rotation_.old_value, {}); !gone)
    return outcome_of(gone.error());
  // What is over is noted here first, then forgotten there: it is never begun a second time.
  auto closed = context_.emit.remember(end_note, "rotated");
  if (closed) closed = target_.forget({});
  return closed ? rotated() : outcome_of(closed.error());
}

Result<void> RotateWalk::enter(Phase phase, const DeployWork& work) {
  rotation_.phase = phase;
  return target_.write_down(rotation_, work);
}

Result<void> RotateWalk::write_deed(const std::string& deed) {
  return keeper_.write_down({deed, settings_.secret, settings_.provider, target_.name()});
}

Result<void> RotateWalk::make_invalid(const std::string& value, const DeployWork& work) {
  if (settings_.retire.empty()) return {};
  if (value.find('\0') != std::string::npos)
    return fail(Fault::step, "`retire` cannot be given a value with a zero byte in it",
                "a variable cannot hold one");
  context_.env[retired_variable] = value;
  const Outcome outcome = settings_.retire.run(context_, work.lifetime, work.limit);
  context_.env.erase(retired_variable);
  if (outcome.status == Status::succeeded) return {};
  const bool cancelled = outcome.status == Status::cancelled;
  return fail(cancelled ? Fault::cancelled : Fault::step, "retire: " + outcome.reason,
              outcome.hint);
}

DeployWork RotateWalk::undo_work() const {
  return {Lifetime::cleanup,
          TimeLimit{context_.clock.steady() + settings_.undo_timeout, settings_.undo_timeout}};
}

Result<void> RotateWalk::take_back() {
  const DeployWork work = undo_work();
  const bool changed = TRY(target_.put_back(rotation_, work));
  if (changed || restarted_ == Restarted::perhaps) TRY(target_.restart(work));
  if (rotation_.issued) TRY(make_invalid(rotation_.fresh_value, work));
  return target_.forget(work);
}

Outcome RotateWalk::undo(Outcome failure) {
  if (const auto noted = enter(Phase::undoing, undo_work()); !noted)
    context_.emit.note(noted.error().message);  // undoing without a record beats not undoing
  if (const auto noted = write_deed("undo"); !noted) context_.emit.note(noted.error().message);
  context_.emit.note("undoing: " + failure.reason);
  if (const auto back = take_back(); !back) {
    failure.status = Status::failed;
    failure.undo_failed = true;
    failure.reason += " -> undo failed: " + back.error().message;
    failure.hint = fmt::format("`pipectl secrets rotate {}` undoes it again", settings_.secret);
    return failure;
  }
  failure.status = Status::rolled_back;
  failure.reason += " -> the old value is in service again";
  return failure;
}

}  // namespace pipectl::stages
