#include "core/engine/engine.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "core/engine/child_environment.hpp"
#include "core/engine/decision.hpp"
#include "core/engine/start_reason.hpp"

namespace pipectl {
namespace {

namespace transition = store::transition;

/// How long a stalled reader, or a stage that waits for several tokens, waits before we look again.
constexpr int glance_ms = 10;

PlannedStage planned(const plan::Node& node) {
  PlannedStage stage{node.name, node.stage->kind, node.stage->group, {}};
  for (const auto& need : node.stage->needs) stage.needs.push_back(need.name);
  return stage;
}

/// Of the environment that a deploy goes to: its value may be an expression.
std::string target_url(const NodeScope& scope, const StageSpec& stage) {
  const std::vector<std::string> path{"environment", "url"};
  return stage.kind == "deploy" ? expr::to_text(scope.value(path)) : std::string{};
}

}  // namespace

Engine::Engine(EngineParts parts, EngineOptions options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      plan_(parts_.plan),
      recorder_(parts_.recorder),
      scheduler_(
          plan_, options_.scheduling, [this](plan::NodeId id) { return concurrency_group(id); },
          options_.ended),
      approvals_(plan_, options_.notes),
      running_(plan_.nodes.size()),
      workers_(std::make_unique<WorkerPool>(options_.scheduling.jobs)) {}

Engine::~Engine() = default;

RunResult Engine::run() {
  const SteadyTime started = parts_.tools.clock.steady();
  std::error_code error;
  std::filesystem::create_directories(parts_.tools.run_dir / "outputs", error);
  announce();
  if (error)
    give_up({Fault::infrastructure,
             fmt::format("{}: {}", (parts_.tools.run_dir / "outputs").string(), error.message()),
             "make room, or put the state elsewhere with PIPECTL_STATE_DIR"});
  while (true) {
    follow_cancel();
    congested_ = recorder_.congested();
    // A stalled reader holds back new stages, or output would pile up; not those that clean up.
    const bool held_back = congested_ && seen_ == CancelReason::none;
    if (!fatal_ && !held_back) start_what_may_start();
    write_down_and_launch();
    const bool over = fatal_ ? scheduler_.running() == 0 : scheduler_.done();
    if (over) break;
    wait();
    take_mail();
  }
  return finish(started);
}

void Engine::announce() {
  const auto& facts = parts_.facts;
  event::RunStarted started{parts_.pipeline.name,
                            std::string{to_string(facts.event.kind)},
                            facts.git.branch,
                            facts.git.sha,
                            {},
                            options_.resumed};
  for (const auto& node : plan_.nodes)
    if (node.skip == SkipCause::none) started.stages.push_back(planned(node));
  recorder_.tell(std::move(started));
  for (const auto& node : plan_.nodes) {
    if (node.skip != SkipCause::none) continue;
    const auto& kept = options_.ended.empty() ? std::nullopt : options_.ended[node.id];
    if (!kept) {
      recorder_.tell(event::StageQueued{node.name});
      continue;
    }
    outputs_.add(node.id, node.stage->name, kept->outputs);
    recorder_.tell(event::StageFinished{node.name, *kept});
  }
}

void Engine::start_what_may_start() {
  while (true) {
    const auto id = held_ ? held_ : scheduler_.next();
    held_.reset();
    if (!id) return;
    const Decision decision = decide(scope_parts(*id), scheduler_.verdict(*id), options_.guards);
    if (const auto* outcome = std::get_if<Outcome>(&decision)) {
      end(*id, *outcome);
    } else if (wait_for_approval(*id, *std::get<Start>(decision).scope)) {
      continue;
    } else if (take_tokens(*id)) {
      prepare(*id, std::get<Start>(decision).scope);
    } else {
      held_ = id;
      return;
    }
  }
}

/// True when the stage has ended here: as one that waits, or that must not run.
bool Engine::wait_for_approval(plan::NodeId id, const NodeScope& scope) {
  if (options_.guards == Guards::waived) return false;
  const plan::Node& node = plan_.nodes[id];
  const StageRunner& runner = *parts_.runners.find(node.stage->name)->second;
  const auto stop = approvals_.stops({node, runner, scope, parts_.tools.clock.wall()});
  if (!stop) return false;
  if (stop->wait)
    for (auto& [key, value] : to_notes(*stop->wait))
      recorder_.will(transition::StageNote{node.name, key, value});
  end(id, stop->outcome);
  return true;
}

bool Engine::take_tokens(plan::NodeId id) {
  if (parts_.jobserver == nullptr) return true;
  const unsigned weight = std::min(plan_.nodes[id].stage->weight, parts_.jobserver->slots());
  if (scheduler_.running() == 0) parts_.jobserver->refill_when_idle();
  return parts_.jobserver->try_acquire(weight);
}

void Engine::prepare(plan::NodeId id, std::shared_ptr<const NodeScope> scope) {
  const plan::Node& node = plan_.nodes[id];
  const StageSpec& stage = *node.stage;
  Started started{node.name,
                  CancelSource{runs_after_failure(stage) ? hard_.token() : options_.user}, 0};
  if (parts_.jobserver != nullptr)
    started.tokens = std::min(stage.weight, parts_.jobserver->slots());

  StageJob job;
  job.node = &node;
  job.runner = parts_.runners.find(stage.name)->second.get();
  job.output_file = parts_.tools.run_dir / "outputs" / std::to_string(id);
  if (!stage.artifacts.empty()) job.artifacts_dir = parts_.artifacts_dir(node.name);
  const auto outputs = visible_outputs(plan_, id, outputs_);
  job.env = child_environment(*scope, node, outputs, job.output_file);
  job.notes = notes_on_shared_variables(outputs);
  std::string url = parts_.tools.redactor.redact(target_url(*scope, stage));
  job.scope = std::move(scope);
  job.cancel = started.cancel.token();
  job.cleanup = hard_.token();
  if (!options_.notes.empty()) job.remembered = options_.notes[id];
  if (options_.guards == Guards::waived) job.attempts = StageJob::Attempts::one;
  const bool on_host = executor_of(stage) == ExecutorKind::local;
  if (parts_.jobserver != nullptr && on_host) parts_.jobserver->describe(job.env);

  auto why = start_reason(
      stage, {scheduler_.needs_ended_well(id), options_.resumed, approvals_.approved_by(id)});
  recorder_.will(transition::StageStarted{node.name, job.attempt, std::move(why)});
  recorder_.tell_after(event::StageStarted{node.name, job.attempt, std::move(url)});
  scheduler_.started(id);
  running_[id] = std::move(started);
  ready_.push_back(std::move(job));
}

NodeScope::Parts Engine::scope_parts(plan::NodeId id) const {
  return {parts_.facts,
          outputs_,
          parts_.pipeline,
          plan_.nodes[id],
          scheduler_.upstream_failed(id),
          scheduler_.needs_ended_well(id)};
}

/// The name that it evaluates to may be empty too: those stages then share a group. What cannot be
/// evaluated needs none: decide() ends that node.
std::string Engine::concurrency_group(plan::NodeId id) const {
  const auto& concurrency = plan_.nodes[id].stage->concurrency;
  if (!concurrency) return {};
  const auto scope = NodeScope::compose(scope_parts(id));
  if (!scope) return {};
  const auto group = concurrency->evaluate(*scope);
  return group ? "group " + *group : std::string{};
}

void Engine::write_down_and_launch() {
  if (!fatal_) {
    if (auto written = recorder_.commit(); !written) give_up(written.error());
  }
  if (fatal_) recorder_.tell_without_journal();
  for (auto& job : ready_) {
    if (fatal_) {
      Outcome outcome;
      outcome.status = Status::infra;
      outcome.reason = fatal_->message;
      end(job.node->id, outcome);
      continue;
    }
    workers_->submit([this, job = std::move(job)]() mutable {
      const plan::NodeId id = job.node->id;
      parts_.tools.mailbox.post(id, Mailbox::Ended{run_stage(std::move(job), parts_.tools)});
    });
  }
  ready_.clear();
}

void Engine::wait() {
  Mailbox& mailbox = parts_.tools.mailbox;
  std::array<pollfd, 4> sources{{{mailbox.fd(), POLLIN, 0},
                                 {mailbox.quiet_fd(), POLLIN, 0},
                                 {options_.user.fd(seen_), POLLIN, 0},
                                 {-1, POLLIN, 0}}};
  const bool waits = held_ && !fatal_;
  // One free token wakes us; a heavier stage has to look again for the rest.
  if (waits && plan_.nodes[*held_].stage->weight <= 1) sources[3].fd = parts_.jobserver->fd();
  if (congested_) sources[0].fd = -1;
  const int timeout = waits || congested_ ? glance_ms : -1;
  ::poll(sources.data(), sources.size(), timeout);
}

void Engine::follow_cancel() {
  const CancelReason reason = options_.user.reason();
  if (reason == seen_) return;
  seen_ = reason;
  if (reason == CancelReason::hard) hard_.cancel(CancelReason::hard);
  if (reason == CancelReason::user && scheduler_.running() > 0)
    recorder_.tell(event::Warning{"interrupted: stopping in order; once more stops at once"});
  scheduler_.stop(reason == CancelReason::hard ? StopMode::at_once : StopMode::in_order);
}

void Engine::take_mail() {
  const auto take = congested_ ? Mailbox::Take::state_only : Mailbox::Take::everything;
  auto mail = parts_.tools.mailbox.collect(take);
  for (auto& shown : mail.shown) take_in(shown);
  for (auto& state : mail.state) take_in(state);
}

void Engine::take_in(Mailbox::Shown& shown) {
  std::visit([&](auto& event) { event.stage = name(shown.node); }, shown.what);
  if (auto* output = std::get_if<event::StageOutput>(&shown.what)) {
    if (auto written = recorder_.output(std::move(*output)); !written && !fatal_)
      give_up(written.error());
    return;
  }
  if (const auto* again = std::get_if<event::StageStarted>(&shown.what))
    recorder_.will(transition::StageStarted{again->stage, again->attempt});
  std::visit([&](auto& event) { recorder_.tell(std::move(event)); }, shown.what);
}

void Engine::take_in(Mailbox::State& state) {
  const plan::NodeId id = state.node;
  if (const auto* spawned = std::get_if<Mailbox::Spawned>(&state.what)) {
    recorder_.will(transition::ProcessSpawned{name(id), spawned->process});
  } else if (const auto* reason = std::get_if<Mailbox::Reason>(&state.what)) {
    recorder_.will(transition::StageReason{name(id), reason->why});
  } else if (auto* remember = std::get_if<Mailbox::Remember>(&state.what)) {
    recorder_.will(transition::StageNote{name(id), remember->key, remember->value});
    Result<void> written = fatal_ ? Result<void>{tl::unexpected(*fatal_)} : recorder_.commit();
    if (!written && !fatal_) give_up(written.error());
    remember->done.set_value(std::move(written));
  } else if (const auto* ended = std::get_if<Mailbox::Ended>(&state.what)) {
    end(id, ended->outcome);
  }
}

void Engine::end(plan::NodeId id, const Outcome& outcome) {
  recorder_.will(transition::StageEnded{name(id), outcome});
  recorder_.tell_after(event::StageFinished{name(id), outcome});
  recorder_.close_log(name(id));
  outputs_.add(id, plan_.nodes[id].stage->name, outcome.outputs);
  if (running_[id] && parts_.jobserver != nullptr) parts_.jobserver->release(running_[id]->tokens);
  running_[id].reset();
  scheduler_.ended(id, outcome);
}

/// The run itself cannot go on: what runs is stopped at once, nothing new starts.
void Engine::give_up(Error error) {
  fatal_ = std::move(error);
  hard_.cancel(CancelReason::hard);
  for (auto& started : running_)
    if (started) started->cancel.cancel(CancelReason::hard);
  scheduler_.stop(StopMode::at_once);
}

}  // namespace pipectl
