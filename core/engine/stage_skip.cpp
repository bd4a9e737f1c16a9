#include "core/engine/stage_skip.hpp"

#include <fmt/format.h>

#include "core/base/files.hpp"

namespace pipectl {
namespace {

bool decides(std::string_view name) {
  for (const std::string_view prefix : {"PIPECTL_PARAM_", "PIPECTL_OUT_", "PIPECTL_MATRIX_"})
    if (name.starts_with(prefix)) return true;
  return name == "PIPECTL_ENVIRONMENT";
}

/// What the file and the command line make of its environment; the host's is not looked at.
EnvMap deciding_environment(const StageJob& job) {
  EnvMap env = job.scope->env();
  for (const auto& [name, value] : job.env)
    if (decides(name)) env[name] = value;
  return env;
}

/// What its commands run in and beside, also where a group or the defaults said so.
std::string place_of(const StageSpec& spec, const expr::Scope& scope) {
  const auto value = [&](const expr::Template& text) {
    return text.evaluate(scope).value_or(text.text());
  };
  const ContainerSpec& container = spec.container;
  std::string place;
  if (executor_of(spec) != ExecutorKind::local)
    place = fmt::format("image {} user {} network {}\n", value(container.image),
                        static_cast<int>(container.user), container.network);
  for (const auto& service : spec.services)
    place += fmt::format("service {} {}{}\n", service.name, value(service.image), service.compose);
  return place;
}

/// What was let pass for a result does not outlast the day until which it is.
std::string expired(const StageJob& job, const JobTools& tools) {
  std::string text;
  const WallTime now = job.scope->facts().started;
  if (tools.leniency == nullptr) return text;
  const auto found = tools.leniency->find(job.node->stage->name);
  if (found == tools.leniency->end()) return text;
  for (const auto& waiver : found->second.waivers)
    if (is_expired(waiver.excuse, now)) text += fmt::format("expired {}\n", describe(waiver));
  for (const auto& quarantine : found->second.flaky.quarantine)
    if (is_expired(quarantine.excuse, now)) text += fmt::format("expired {}\n", quarantine.test);
  return text;
}

Outcome outcome_of_hit(const store::SkipVerdict& hit) {
  Outcome outcome;
  outcome.status = Status::cached;
  outcome.reason = hit.reason;
  outcome.summary = hit.summary;
  outcome.outputs = hit.values;
  return outcome;
}

}  // namespace

StageSkip::StageSkip(const StageJob& job, const JobTools& tools, WorkerEmitter& emit)
    : job_(job), tools_(tools), emit_(emit) {
  if (!in_use()) return;
  const StageSpec& spec = *job.node->stage;
  request_.stage = job.node->name;
  request_.definition = fmt::format("{}\n{}\n{}", spec.kind,
                                    spec.shell == Shell::bash ? "bash" : "sh", spec.definition) +
                        place_of(spec, *job.scope) + expired(job, tools);
  request_.env = deciding_environment(job);
  request_.workspace = job.scope->facts().workspace;
  request_.inputs = spec.inputs;
  request_.outputs = spec.outputs;
  if (!lies_within(request_.workspace, tools.state_dir)) request_.state_dir = tools.state_dir;
}

void StageSkip::warn(const std::vector<std::string>& warnings) {
  for (const auto& warning : warnings) emit_.note("warning: " + warning);
}

std::optional<Outcome> StageSkip::cached(const std::filesystem::path& directory) {
  const bool has_inputs = !job_.node->stage->inputs.empty();
  if (has_inputs && tools_.cache == JobTools::Cache::ignore)
    emit_.reason("earlier results were not looked at (--no-cache)");
  if (!in_use()) return std::nullopt;
  request_.directory = directory;
  auto verdict = tools_.skips->look(request_, job_.cancel);
  if (!verdict) {
    warn({"inputs cannot be compared: " + verdict.error().message});
    return std::nullopt;
  }
  verdict_ = std::move(*verdict);
  warn(verdict_->warnings);
  if (verdict_->what != store::SkipVerdict::What::hit) {
    emit_.reason(verdict_->reason);
    return std::nullopt;
  }
  if (!verdict_->intact) {
    const auto restored = tools_.skips->restore(request_, *verdict_, job_.cancel);
    if (!restored || *restored == store::SkipStore::Restored::no) {
      emit_.reason("its outputs could not be put back");
      return std::nullopt;
    }
  }
  return outcome_of_hit(*verdict_);
}

void StageSkip::keep(const Outcome& outcome) {
  if (!verdict_) return;
  const auto kept =
      tools_.skips->record(request_, *verdict_, outcome, job_.scope->facts().id, job_.cleanup);
  warn(kept ? kept->warnings
            : std::vector<std::string>{"the result is not kept: " + kept.error().message});
}

}  // namespace pipectl
