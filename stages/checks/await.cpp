#include "stages/checks/await.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/api/run_command.hpp"
#include "core/base/text.hpp"

namespace pipectl::stages {
namespace {

/// One check, tried again and again.
class Vigil {
 public:
  Vigil(const PatientCheck& check, StageContext& context)
      : check_(check),
        context_(context),
        name_(check.check->describe(context.scope)),
        end_(context.clock.steady() + check.within) {}

  Verdict keep() {
    while (true) {
      auto seen = check_.check->probe(context_, probe_deadline(), context_.cancel);
      ++tries_;
      if (seen) {
        context_.emit.note(fmt::format("healthy: {}: {}{}", name_, *seen, tries("", " (try {})")));
        return {};
      }
      if (context_.cancel.cancelled()) return cancelled();
      remember(std::move(seen.error()));
      const SteadyTime now = context_.clock.steady();
      if (now >= end_) return unhealthy();
      const SteadyTime next = std::min(now + check_.interval, end_);
      if (context_.deadline && next >= *context_.deadline) return timed_out();
      if (context_.cancel.wait_for(std::chrono::ceil<Milliseconds>(next - now))) return cancelled();
    }
  }

 private:
  [[nodiscard]] SteadyTime probe_deadline() const {
    const SteadyTime deadline = context_.clock.steady() + check_.timeout;
    return context_.deadline ? std::min(deadline, *context_.deadline) : deadline;
  }

  /// Notes the reason once, and again when it is another one.
  void remember(Error error) {
    const bool known = error.message == last_.message;
    last_ = std::move(error);
    if (known) return;
    const auto* const seen = is_reached() ? "not yet healthy" : "cannot be asked";
    context_.emit.note(fmt::format("{}: {}: {}", seen, name_, last_.message));
  }
  [[nodiscard]] bool is_reached() const { return last_.fault != Fault::infrastructure; }

  [[nodiscard]] std::string tries(std::string_view once, fmt::string_view more) const {
    return tries_ == 1 ? std::string{once} : fmt::format(fmt::runtime(more), tries_);
  }
  [[nodiscard]] std::string state() const {
    return fmt::format("health {}: {}", name_, last_.message);
  }

  [[nodiscard]] Verdict unhealthy() const {
    const std::string within =
        check_.within.count() == 0 ? "" : " in " + human_duration(check_.within);
    return {is_reached() ? Health::unhealthy : Health::unreachable,
            fmt::format("{} ({}{})", state(), tries("tried once", "tried {} times"), within),
            last_.hint};
  }
  [[nodiscard]] Verdict timed_out() const {
    return {is_reached() ? Health::timed_out : Health::unreachable,
            fmt::format("timed out waiting for {}", state()), last_.hint};
  }
  [[nodiscard]] Verdict cancelled() const {
    return {Health::cancelled, fmt::format("{} while waiting for health {}",
                                           describe(context_.cancel.reason()), name_)};
  }

  const PatientCheck& check_;
  StageContext& context_;
  const std::string name_;
  const SteadyTime end_;
  int tries_{0};
  Error last_{Fault::step, {}, {}};
};

}  // namespace

Verdict await_healthy(const CheckList& checks, StageContext& context) {
  for (const PatientCheck& check : checks)
    if (Verdict verdict = Vigil{check, context}.keep(); verdict.health != Health::healthy)
      return verdict;
  return {};
}

Outcome outcome_of(const Verdict& verdict) {
  Outcome outcome;
  outcome.reason = verdict.reason;
  outcome.hint = verdict.hint;
  switch (verdict.health) {
    case Health::healthy:
      outcome.status = Status::succeeded;
      break;
    case Health::unhealthy:
      outcome.status = Status::failed;
      break;
    case Health::unreachable:
      outcome.status = Status::infra;
      break;
    case Health::timed_out:
      outcome.status = Status::timed_out;
      break;
    case Health::cancelled:
      outcome.status = Status::cancelled;
      break;
  }
  return outcome;
}

}  // namespace pipectl::stages
