#include "stages/load/service.hpp"

#include <fmt/format.h>

#include "stages/checks/await.hpp"

namespace pipectl::stages::load {

Service::Service(const ServeSpec& spec, StageContext& context)
    : spec_(spec),
      context_(context),
      stop_(context.cancel),
      alive_(context.cancel),
      thread_([this] { serve(); }) {}

Service::~Service() { stop(); }

void Service::serve() {
  StageContext own = context_;
  own.cancel = stop_.token();
  Outcome outcome = spec_.run.run(own);
  {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
  }
  alive_.cancel(CancelReason::user);
}

std::optional<Outcome> Service::await() {
  StageContext own = context_;
  own.cancel = alive();
  const Verdict verdict = await_healthy(spec_.health, own);
  if (verdict.health == Health::healthy) return std::nullopt;
  const bool gone = verdict.health == Health::cancelled && !context_.cancel.cancelled();
  return gone ? ended() : outcome_of(verdict);
}

Outcome Service::ended() const {
  const std::lock_guard lock(mutex_);
  Outcome outcome = outcome_.value_or(Outcome{});
  if (outcome.status == Status::succeeded) {
    outcome.status = Status::failed;
    outcome.reason = "exit code 0";
    outcome.hint = "what `serve` runs has to stay in the foreground";
  }
  outcome.reason = fmt::format("the service ended before the load did: {}", outcome.reason);
  return outcome;
}

void Service::stop() {
  stop_.cancel(CancelReason::user);
  if (thread_.joinable()) thread_.join();
}

}  // namespace pipectl::stages::load
